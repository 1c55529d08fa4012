"""In CI nothing may be skipped: a test that did not run has proven nothing.

Of the workers that share a run each takes the next group of tests: a file, or one scenario alone, for those mostly
wait. The long ones come first, so that all workers end at about the same time.
"""

import os
from collections.abc import Iterator
from typing import Any, Final

import hypothesis
import pytest
from tests.postgres import PostgresServer

LONG: Final = ("torture", "scenarios", "simulation", "browser")
"""Folders whose tests take long, those that take longest first."""
ALONE: Final = frozenset({"torture", "scenarios"})
PER_MODULE: Final = "module"
STORE: Final = "store"

# An example that takes long says that the machine is busy, not that it is wrong.
hypothesis.settings.register_profile("holdfast", deadline=None)
hypothesis.settings.load_profile("holdfast")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not _stands_alone(item):
            item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_turn)


def _stands_alone(item: pytest.Item) -> bool:
    """A scenario that shares nothing with the others of its file."""
    if item.path.parent.name not in ALONE:
        return False
    fixtures: Any = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - pytest names it so
    shared = {name for name, found in fixtures.items() if found[-1].scope == PER_MODULE}
    return shared <= {STORE}


def _group(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    store = callspec.params.get(STORE, "") if callspec else ""
    return f"{item.path}:{store}"


def _turn(item: pytest.Item) -> int:
    return LONG.index(item.path.parent.name) if item.path.parent.name in LONG else len(LONG)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One real server for all tests of this process; each makes a database of its own in it."""
    server = PostgresServer()
    server.start()
    yield server
    server.remove()


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("Tests were skipped; in CI that is a failure.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
