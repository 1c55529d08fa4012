"""In CI nothing may be skipped: a test that did not run has proven nothing.

Workers that share a run take groups of tests (see grouping.py). The long ones come first, so that all workers end at
about the same time.
"""

import os
from collections.abc import Iterator
from typing import Any, Final

import hypothesis
import pytest
from tests.grouping import Groups
from tests.postgres import PostgresServer

LONG: Final = ("torture", "scenarios", "simulation", "browser")
"""Folders whose tests take long, those that take longest first."""

# An example that takes long says that the machine is busy, not that it is wrong.
hypothesis.settings.register_profile("holdfast", deadline=None)
hypothesis.settings.load_profile("holdfast")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    return Groups(config, log)


def _turn(item: pytest.Item) -> int:
    return next((LONG.index(part) for part in item.path.parts if part in LONG), len(LONG))


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
