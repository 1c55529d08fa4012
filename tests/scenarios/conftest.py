"""Every scenario is played on both databases, but where it is marked ``on`` the one that will do."""

from collections.abc import Iterator
from typing import Final

import pytest
from tests.scenarios.databases import VARIABLE

BOTH: Final = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker("on")
    metafunc.parametrize("store", mark.args if mark else BOTH, indirect=True, scope="module")


@pytest.fixture(scope="module", autouse=True)
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which database the demos and hubs of this module stand on."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "postgresql":
            patch.setenv(VARIABLE, request.getfixturevalue("postgres").url)
        yield request.param
