"""What the console says: every sentence in every catalogue, and no sentence beside them."""

import json
import subprocess
from pathlib import Path
from typing import Final

from build_pages import find_node

ROOT: Final = Path(__file__).parents[2]
CATALOGUES: Final = ROOT / "frontend/console/languages"


def test_every_sentence_of_the_console_is_in_every_catalogue() -> None:
    done = subprocess.run(  # noqa: S603 - a tool of our own environment
        [str(find_node()), "languages.ts"],
        cwd=ROOT / "frontend",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_hub_is_said_to_say_it_says() -> None:
    said = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "src/holdfast").rglob("*.py")))
    for catalogue in sorted(CATALOGUES.glob("*/hub.json")):
        for sentence in json.loads(catalogue.read_text("utf-8")):
            found = f'"{sentence.removeprefix("error.")}"' if sentence.startswith("error.") else sentence
            assert found in said, f"{catalogue}: nothing says {found}"
