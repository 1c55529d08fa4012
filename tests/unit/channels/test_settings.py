"""A channel's table is read whole or refused with a sentence that helps."""

from typing import Any

import msgspec
import pytest

from holdfast.channels import PLATFORMS, decode_channel_settings
from holdfast.channels.settings import describe


def test_every_platform_has_settings_that_its_smallest_table_fills(tables: dict[str, Any]) -> None:
    assert set(tables) == set(PLATFORMS)
    for platform, table in tables.items():
        settings = decode_channel_settings(platform, table)
        assert settings.failure_domain
        assert isinstance(settings, PLATFORMS[platform].settings_type)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tokn": "x"}, "did you mean `token`?"),
        ({"zzzzzzz": "x"}, "known are:"),
        ({"timeout_seconds": "5"}, "`timeout_seconds`: Expected a number"),
        ({"timeout_seconds": -5}, "`timeout_seconds`"),
        ({"base_url": "ftp://x"}, "`base_url`"),
        ({"token": "env:HOLDFAST_TEST_UNSET"}, "HOLDFAST_TEST_UNSET is not set"),
        ({"token": 3}, "`token`: a secret is a text"),
        ({"in_doubt": "perhaps"}, "`in_doubt`"),
        ({"app_secret": []}, "`app_secret`"),
        ({"late_acceptance_seconds": 0}, "`late_acceptance_seconds`"),
        ({"in_doubt": "resend", "resend_after_seconds": 60}, "shorter than late_acceptance_seconds (90)"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(change: Any, words: str, tables: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        decode_channel_settings("instagram", tables["instagram"] | change)
    assert words in str(caught.value)


def test_a_missing_setting_says_what_it_is(tables: dict[str, Any]) -> None:
    table = {name: value for name, value in tables["instagram"].items() if name != "token"}
    with pytest.raises(ValueError, match="`token` is missing; add it: the account's access token"):
        decode_channel_settings("instagram", table)


def test_an_unknown_platform_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="known are: instagram"):
        decode_channel_settings("pigeon", {})


def test_secrets_do_not_show_themselves(tables: dict[str, Any]) -> None:
    for platform, table in tables.items():
        shown = repr(decode_channel_settings(platform, table))
        assert "fixture-" not in shown
        assert "'token'" not in shown


def test_one_secret_or_a_list_of_them_while_they_change(tables: dict[str, Any]) -> None:
    table = tables["instagram"] | {"app_secret": ["new", "old"]}
    settings: Any = decode_channel_settings("instagram", table)
    assert [secret.reveal() for secret in settings.app_secret] == ["new", "old"]


def test_passwords_do_not_go_to_other_machines_in_the_clear(tables: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="in the clear"):
        decode_channel_settings("email", tables["email"] | {"smtp_security": "none"})


def test_every_required_setting_is_described() -> None:
    for kind in PLATFORMS.values():
        for field in msgspec.structs.fields(kind.settings_type):
            if field.required:
                assert "documentation" not in describe(field), f"{kind.name}.{field.name}"
