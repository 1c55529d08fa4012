from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.torture.disk import Disk, disk_of


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of its own with plenty of room."""
    with disk_of(tmp_path, 512) as made:
        yield made


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """One that is soon full."""
    with disk_of(tmp_path, 96) as made:
        yield made
