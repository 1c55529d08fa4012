"""Which country an address belongs to."""

import pytest

from holdfast.channels.region import region_of


@pytest.mark.parametrize(
    ("platform", "address", "country"),
    [
        ("sms", "+31612345678", "NL"),
        ("sms", "+919876543210", "IN"),
        ("sms", "+12125550123", "US"),
        ("sms", "+14165550123", "CA"),
        ("sms", "+4412", "GB"),
        ("whatsapp", "5511987654321", "BR"),
        ("whatsapp", "US.13491208655302741918", "US"),
        ("sms", "+88213300655", ""),
        ("sms", "55555", ""),
        ("sms", "KELP", ""),
        ("sms", "", ""),
        ("email", "ann@people.example", ""),
        ("instagram", "900100200300400", ""),
        ("whatsapp", "us.1", ""),
    ],
)
def test_an_address_names_its_country_or_none(platform: str, address: str, country: str) -> None:
    assert region_of(platform, address) == country
