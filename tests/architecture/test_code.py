"""How the code is to be: rules that are worth stating, each with the exceptions that are known and why."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCES: Final = sorted((ROOT / "src").rglob("*.py"))
TESTS: Final = sorted((ROOT / "tests").rglob("*.py"))

LINES_MAX: Final = 400
LONG_FILES: Final = {
    "src/holdfast/outbox/store.py": "every statement of the road out stands in one place",
    "src/holdfast/channels/contract.py": "the one contract that every adapter is written against",
    "tests/contract/test_simulators_mail.py": "one suite for one seam: mail in and mail out",
    "tests/unit/radar/test_verdict.py": "one table of what each evidence leads to",
}
"""Files longer than that, and why each is better in one piece."""

EMPTY_NAMES: Final = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}

SQL: Final = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s)",
    re.DOTALL,
)
SQL_PLACES: Final = {
    "src/holdfast/outbox/ledger.py": "the account is its statements; nothing else reads them",
}
"""SQL outside `storage/` and the units' `store.py`, and why."""

OWN_TIME: Final = {
    "tests/simulation/": "the simulation's event loop owns the clock: sleeping takes no time",
    "tests/scenarios/test_kill.py": "kills come at random moments; that is the test",
    "tests/scenarios/test_undo_send.py": "the hub is killed at random moments of the time in which a reply is held",
    "tests/torture/": "people write, and power and disks fail, at random moments; that is the test",
}
"""Where sleeping is no waiting for something to happen, and why."""

FUNCTION_LINES_MEDIAN_MAX: Final = 8
FUNCTION_LINES_MAX: Final = 30


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), named(path))


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in a file that is not a docstring, with its line."""
    parsed = tree(path)
    documentation = {id(node.value) for node in ast.walk(parsed) if isinstance(node, ast.Expr)}
    for node in ast.walk(parsed):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def called(node: ast.AST) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def test_a_unit_imports_only_what_stands_below_it() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(  # noqa: S603 - a tool of our own environment
        [str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


def test_files_are_short_enough_to_be_read() -> None:
    long = {
        named(path) for path in (*SOURCES, *TESTS) if len(path.read_text("utf-8").splitlines()) > LINES_MAX
    }
    assert sorted(long - LONG_FILES.keys()) == []
    assert sorted(LONG_FILES.keys() - long) == [], "no exception is needed any more"


def test_functions_are_short() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, kinds)
    )
    assert median(lengths) <= FUNCTION_LINES_MEDIAN_MAX
    assert lengths[len(lengths) * 9 // 10] < FUNCTION_LINES_MAX


def test_files_and_folders_are_named_after_what_they_are_about() -> None:
    names = {
        (named(path), part) for path in (*SOURCES, *TESTS) for part in Path(named(path)).with_suffix("").parts
    }
    assert [path for path, part in sorted(names) if part in EMPTY_NAMES] == []


def test_statements_stand_where_they_are_looked_for() -> None:
    found = {
        f"{named(path)}:{line}"
        for path in SOURCES
        if named(path).startswith("src/holdfast/")
        and path.name != "store.py"
        and "/storage/" not in named(path)
        and named(path) not in SQL_PLACES
        for line, text in texts(path)
        if SQL.match(text)
    }
    assert sorted(found) == []


def test_the_exceptions_for_statements_are_still_needed() -> None:
    for name in SQL_PLACES:
        assert any(SQL.match(text) for _, text in texts(ROOT / name)), name


def test_nothing_is_printed_by_the_way() -> None:
    found = [
        f"{named(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) in {"print", "pprint"}
    ]
    assert found == []


def test_nothing_waits_in_a_way_that_may_forget_a_cancellation() -> None:
    """On Python 3.11 `asyncio.wait_for` does; `asyncio.timeout` does not."""
    found = [
        f"{named(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) == "asyncio.wait_for"
    ]
    assert found == []


def may_rest(node: ast.AST) -> bool:
    """A poll's loop, or the `sleep` of a clock that tests hand in."""
    if isinstance(node, ast.AsyncFunctionDef):
        return node.name == "sleep"
    return isinstance(node, ast.While | ast.For | ast.AsyncFor)


def test_tests_do_not_sleep() -> None:
    """A poll may rest between two looks; whatever else waits must wait for a signal or move the clock."""
    found = []
    for path in TESTS:
        if named(path).startswith(tuple(OWN_TIME)):
            continue
        parsed = tree(path)
        allowed = {id(inner) for place in ast.walk(parsed) if may_rest(place) for inner in ast.walk(place)}
        for node in ast.walk(parsed):
            if not isinstance(node, ast.Call) or called(node) not in {"asyncio.sleep", "time.sleep"}:
                continue
            gives_way = isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
            if not gives_way and id(node) not in allowed:
                found.append(f"{named(path)}:{node.lineno}")
    assert found == []


def test_tests_patch_nothing() -> None:
    """Where a test wants to patch, a seam is missing."""
    found = []
    for path in TESTS:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                if any(module.split(".")[-1] == "mock" for module in modules):
                    found.append(f"{named(path)}:{node.lineno}")
            if isinstance(node, ast.arg) and node.arg in {"monkeypatch", "mocker"}:
                found.append(f"{named(path)}:{node.lineno}")
    assert found == []
