"""What the pages check themselves, with the Node that builds them: types, and the small decisions."""

import subprocess
from pathlib import Path
from typing import Final

from build_pages import find_node, install_packages

FRONTEND: Final = Path(__file__).parents[3] / "frontend"
SECONDS_MAX: Final = 300


def run(*command: str) -> None:
    node = find_node()
    install_packages(FRONTEND, node, lambda _line: None)
    done = subprocess.run(  # noqa: S603 - tools of our own environment
        [str(node), *command], cwd=FRONTEND, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_small_decisions_of_the_pages() -> None:
    run(
        "--test", "--test-reporter=dot", *sorted(path.as_posix() for path in FRONTEND.glob("tests/*.test.ts"))
    )


def test_the_types_of_the_pages() -> None:
    check = "node_modules/svelte-check/bin/svelte-check"
    run(check, "--tsconfig", "./tsconfig.json", "--fail-on-warnings", "--output", "machine")
