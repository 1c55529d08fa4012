"""What a look at a channel says, and which setting would mend it."""

import pytest

from holdfast.app.checking import finding_of, unreachable
from holdfast.channels import PLATFORMS
from holdfast.channels.contract import Capability, ErrorClass, ProbeResult
from holdfast.channels.describing import secret_names, setting_fields


@pytest.mark.parametrize(
    ("platform", "capability", "error", "setting"),
    [
        ("instagram", Capability.SIGN_IN, ErrorClass.TOKEN, "token"),
        ("whatsapp", Capability.RECEIVE, ErrorClass.PERMISSION, "token"),
        ("instagram", Capability.SIGN_IN, ErrorClass.ACCOUNT, "account_id"),
        ("instagram", Capability.RECEIVE, ErrorClass.SUBSCRIPTION, ""),
        ("sms", Capability.SIGN_IN, ErrorClass.TOKEN, "auth_token"),
        ("email", Capability.SEND, ErrorClass.TOKEN, "smtp_password"),
        ("email", Capability.HISTORY, ErrorClass.TOKEN, "imap_password"),
        ("sms", Capability.SIGN_IN, ErrorClass.NETWORK, ""),
    ],
)
def test_a_failure_names_what_would_mend_it(
    platform: str, capability: Capability, error: ErrorClass, setting: str
) -> None:
    finding = finding_of(platform, ProbeResult(capability, ok=False, detail="It fails.", error_class=error))
    assert (finding.step, finding.ok, finding.setting) == (capability.value, False, setting)
    assert finding.mend
    assert not setting or setting in PLATFORMS[platform].settings_type.__struct_fields__


def test_what_works_or_cannot_be_told_needs_no_mending() -> None:
    for ok in (True, None):
        finding = finding_of("sms", ProbeResult(Capability.SIGN_IN, ok=ok, detail="So."))
        assert (finding.ok, finding.mend, finding.setting) == (ok, "", "")


@pytest.mark.parametrize(
    ("platform", "base_url", "hook_url", "is_told"),
    [
        ("instagram", "", "http://127.0.0.1:8780/hooks/instagram/shop", True),
        ("instagram", "https://graph.instagram.com", "http://hub.example/hooks/instagram/shop", True),
        ("instagram", "", "https://hub.example/hooks/instagram/shop", False),
        ("instagram", "http://127.0.0.1:9000", "http://127.0.0.1:8780/hooks/instagram/shop", False),
        ("email", "", "http://127.0.0.1:8780/hooks/email/shop", False),
    ],
)
def test_a_platform_on_the_internet_does_not_reach_this_machine(
    platform: str, base_url: str, hook_url: str, *, is_told: bool
) -> None:
    found = unreachable(platform, base_url, hook_url)
    assert [finding.step for finding in found] == (["address"] if is_told else [])


def test_every_setting_of_every_platform_can_stand_in_a_form() -> None:
    for kind in PLATFORMS.values():
        fields = {field.name: field for field in setting_fields(kind.settings_type)}
        assert list(fields) != sorted(fields)
        assert fields["in_doubt"].choices == ["ask", "resend", "never"]
        for field in fields.values():
            assert "see the documentation" not in field.meaning, f"{kind.name}.{field.name}"
            assert field.kind not in {"secret", "secrets"} or field.default is None
    assert secret_names(PLATFORMS["sms"].settings_type) == {"auth_token", "api_secret"}
    assert secret_names(PLATFORMS["instagram"].settings_type) == {"token", "app_secret", "verify_token"}
