"""Places of a list, and what people type for them."""

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.status.tracker.places import NOWHERE, Place, atlas


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Phoenix", Place("US", "Phoenix")),
        ("  los   ANGELES ", Place("US", "Los Angeles")),
        ("Sao Paulo", Place("BR", "São Paulo")),
        ("Phoenix, United States", Place("US", "Phoenix")),
        ("Phoenix, us", Place("US", "Phoenix")),
        ("London", Place("GB", "London")),
        ("india", Place("IN")),
        ("NL", Place("NL")),
        ("12 Rose Street, Little Whinging, United Kingdom", Place("GB")),
        ("Atlantis", NOWHERE),
        ("", NOWHERE),
        ("<script>alert(1)</script>", NOWHERE),
    ],
)
def test_what_is_typed_becomes_a_known_place_or_none(typed: str, meant: Place) -> None:
    assert atlas().find(typed) == meant


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        ("America/Los_Angeles", "Los Angeles, United States"),
        ("Asia/Calcutta", "Kolkata, India"),
        ("Asia/Kolkata", "Kolkata, India"),
        ("Europe/Amsterdam", "Amsterdam, Netherlands"),
        ("Etc/UTC", "Not said"),
    ],
)
def test_a_browsers_time_zone_offers_its_leading_city(zone: str, label: str) -> None:
    assert atlas().label(atlas().of_zone(zone)) == label


def test_nearly_every_zone_that_is_a_place_is_known() -> None:
    old = ("Etc", "US", "Canada", "Brazil", "Chile", "Mexico", "SystemV", "Antarctica", "Arctic", "Atlantic")
    places = {zone for zone in available_timezones() if "/" in zone and not zone.startswith(old)}
    assert len({zone for zone in places if atlas().of_zone(zone) != NOWHERE}) > 0.8 * len(places)


def test_every_place_has_its_spot_on_the_map() -> None:
    known = atlas()
    for city in known.cities:
        place = Place(city.country, city.name)
        latitude, longitude = known.position(place)
        assert -60 <= latitude <= 85
        assert -180 <= longitude <= 180
        assert known.find(known.label(place)) == place, place
    assert {city.country for city in known.cities} <= known.countries.keys()


@given(st.text(max_size=300))
def test_anything_may_be_typed(text: str) -> None:
    found = atlas().find(text)
    assert found == NOWHERE or atlas().known(found.country, found.city) == found
