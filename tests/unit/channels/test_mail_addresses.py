"""Addresses that turn into something else on the wire."""

import pytest

from holdfast.channels.email.compose import is_usable_address


@pytest.mark.parametrize(
    "address",
    [
        "ann@shop.example\uff0cvictim\uff20bank.example",
        "ann@shop.example\uff1e\uff1cvictim",
        "ann@shop.example\uff1bvictim",
    ],
)
def test_wide_marks_make_no_second_receiver(address: str) -> None:
    assert not is_usable_address(address)


@pytest.mark.parametrize("address", ["ann@shop.example", "ann+tag@bücher.example"])
def test_one_address_is_usable(address: str) -> None:
    assert is_usable_address(address)
