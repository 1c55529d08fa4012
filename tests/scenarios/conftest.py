"""Every scenario is played on both databases."""

from collections.abc import Iterator

import pytest
from tests.scenarios.databases import VARIABLE


@pytest.fixture(scope="module", params=["sqlite", "postgresql"], autouse=True)
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which database the demos and hubs of this module stand on."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "postgresql":
            patch.setenv(VARIABLE, request.getfixturevalue("postgres").url)
        yield request.param
