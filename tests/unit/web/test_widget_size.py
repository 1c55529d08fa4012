"""The widget is a guest on other people's pages."""

import gzip
from pathlib import Path
from typing import Final

import holdfast

BYTES_MAX: Final = 30_000


def test_the_widget_is_small() -> None:
    built = Path(holdfast.__file__).parent / "web" / "built" / "widget.js"
    assert len(gzip.compress(built.read_bytes(), mtime=0)) < BYTES_MAX
