"""Who else on the machine may read what the hub keeps."""

import stat
from pathlib import Path

import pytest

from holdfast.app.private import make_private_folder, write_private
from holdfast.storage.sqlite import connect


def _others_may(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o077


def test_folders_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    make_private_folder(folder)
    write_private(folder / "holdfast.toml", "token")
    assert (_others_may(folder), _others_may(folder / "holdfast.toml")) == (0, 0)


def test_a_file_that_others_could_read_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "holdfast.toml"
    path.write_text("old", "utf-8")
    path.chmod(0o644)
    write_private(path, "new")
    assert (path.read_text("utf-8"), _others_may(path)) == ("new", 0)


def test_a_link_that_somebody_laid_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", "utf-8")
    (tmp_path / "pointer.json").symlink_to(precious)
    write_private(tmp_path / "pointer.json", "new")
    assert precious.read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["hub.db", "what? 100%#.db"])
def test_the_store_is_for_its_owner_alone(tmp_path: Path, name: str) -> None:
    connection = connect(tmp_path / name)
    connection.execute("CREATE TABLE message (text TEXT)")
    modes = {file.name: _others_may(file) for file in tmp_path.iterdir()}
    connection.close()
    assert name in modes
    assert not any(modes.values())
