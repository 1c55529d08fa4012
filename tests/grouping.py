"""Which tests of a run belong together, so that one worker runs them in their order: what a module shares is made once.

Of the workers that share a run each takes the next group: the tests of a file (on one store), or one scenario alone
where its file shares nothing, for those mostly wait.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest
    from xdist.remote import Producer

ALONE: Final = frozenset({"torture", "scenarios"})
"""Folders whose tests are groups of their own where they can."""
STORES: Final = frozenset({"sqlite", "postgresql"})
_SHARES: Final = re.compile(r"""scope=["']module["']""")


def group_of(nodeid: str, *, shares: bool) -> str:
    """The group that a test belongs to. ``shares``: its file has something that its tests share."""
    path, _, rest = nodeid.partition("::")
    if Path(path).parent.name in ALONE and not shares:
        return nodeid
    params = rest.partition("[")[2].removesuffix("]").split("-")
    stores = STORES.intersection(params)
    return f"{path} on {min(stores)}" if stores else path


@cache
def has_something_to_share(path: Path) -> bool:
    return bool(_SHARES.search(path.read_text("utf-8")))


class Groups(LoadScopeScheduling):  # type: ignore[misc] - the plugin ships no types
    """Hands groups to workers as they become free, in the order in which they were collected."""

    def __init__(self, config: "pytest.Config", log: "Producer | None" = None) -> None:
        super().__init__(config, log)
        self._root = config.rootpath

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid, shares=has_something_to_share(self._root / nodeid.partition("::")[0]))
