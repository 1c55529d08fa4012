"""What the console says: every sentence in every catalogue, and no sentence beside them."""

import json
import re
import subprocess
from pathlib import Path
from typing import Final

from build_pages import find_node

ROOT: Final = Path(__file__).parents[2]
GAP: Final = re.compile(r"\{[^{}\n]*\}")
CONTINUED: Final = re.compile(r'"\n\s*f?"')
"""Where a text goes on in the next line."""
SENTENCE_END: Final = re.compile(r"(?<=[.!?]) (?=[A-Z{])")
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
    """Gaps may be called otherwise there; a sentence may be made of sentences."""
    said = "\n".join(
        with_gaps(path.read_text("utf-8")) for path in sorted((ROOT / "src/holdfast").rglob("*.py"))
    )
    for catalogue in sorted(CATALOGUES.glob("*/hub.json")):
        for entry in json.loads(catalogue.read_text("utf-8")):
            is_code = entry.startswith("error.")
            parts = [f'"{entry.removeprefix("error.")}"'] if is_code else SENTENCE_END.split(with_gaps(entry))
            for part in parts:
                assert part in said or part == "{}", f"{catalogue}: nothing says {part}"


def with_gaps(text: str) -> str:
    return GAP.sub("{}", CONTINUED.sub("", text))
