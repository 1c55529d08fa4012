import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from holdfast.app.vault import KEY_FILE, VaultError, open_vault
from holdfast.settings import Secret


def test_a_secret_comes_back_and_does_not_show_in_between(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path, None).lock(b"hunter2")
    assert b"hunter2" not in sealed
    assert open_vault(tmp_path, None).open(sealed) == b"hunter2"


def test_the_key_file_is_made_once_and_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    open_vault(tmp_path, None)
    path = tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    key = path.read_bytes()
    open_vault(tmp_path, None)
    assert path.read_bytes() == key


def test_a_configured_key_needs_no_file(tmp_path: Path) -> None:
    key = Secret(Fernet.generate_key().decode())
    sealed = open_vault(tmp_path, key).lock(b"hunter2")
    assert open_vault(tmp_path, key).open(sealed) == b"hunter2"
    assert list(tmp_path.iterdir()) == []


def test_another_key_opens_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path, None).lock(b"hunter2")
    other = open_vault(tmp_path, Secret(Fernet.generate_key().decode()))
    with pytest.raises(VaultError, match="Bring back the key file"):
        other.open(sealed)


@pytest.mark.parametrize("key", ["short", "é" * 44, ""])
def test_a_key_that_is_none_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(VaultError, match="32 bytes"):
        open_vault(tmp_path, Secret(key))
