import stat
from pathlib import Path

import pytest

from holdfast.kernel import make_synced, replace_synced


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    for data in (b"first", b"a second, longer one", b""):
        replace_synced(path, data)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    make_synced(path, b"first")
    with pytest.raises(FileExistsError):
        make_synced(path, b"second")
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert list(tmp_path.iterdir()) == [path]
