"""Countries and cities that a report may come from: a list, so that nothing that people type is kept.

Zones, their cities and countries are those of the tz database (public domain); large cities were added.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from holdfast.countries import Country, countries

PLACE_LETTERS_MAX: Final = 80


class Place(msgspec.Struct, frozen=True):
    """``country`` is an ISO 3166 code; ``city`` may be empty."""

    country: str
    city: str = ""


NOWHERE: Final = Place("")


class City(msgspec.Struct, frozen=True):
    country: str
    name: str
    latitude: float
    longitude: float
    zones: tuple[str, ...]


class Atlas:
    """Every known place. Where a name is that of several, the first in the list is meant."""

    def __init__(self, countries: Mapping[str, Country], cities: list[City]) -> None:
        self.countries = countries
        self.cities = cities
        self._city = {(city.country, city.name): city for city in cities}
        self._zones = {zone: Place(city.country, city.name) for city in cities for zone in city.zones}
        self._names: dict[str, Place] = {}
        for name, place in self._named():
            self._names.setdefault(folded(name), place)

    def _named(self) -> Iterator[tuple[str, Place]]:
        for country in self.countries.values():
            yield country.name, Place(country.code)
            yield country.code, Place(country.code)
        for city in self.cities:
            place = Place(city.country, city.name)
            yield f"{city.name}, {self.countries[city.country].name}", place
            yield f"{city.name}, {city.country}", place
            yield city.name, place

    def find(self, text: str) -> Place:
        """What a person means by what they typed; nowhere if that is not known. A known country is kept where
        the city before it is not.
        """
        words = folded(text[:PLACE_LETTERS_MAX])
        found = self._names.get(words) or self._names.get(words.rpartition(",")[2].strip())
        return found or NOWHERE

    def of_zone(self, zone: str) -> Place:
        """The leading city of a time zone, as browsers name it; nowhere for zones that are no place."""
        return self._zones.get(zone, NOWHERE)

    def known(self, country: str, city: str) -> Place:
        """The place of that code and name; a city that is not known is left out, a country too."""
        if (country, city) in self._city:
            return Place(country, city)
        return Place(country) if country in self.countries else NOWHERE

    def label(self, place: Place) -> str:
        country = self.countries.get(place.country)
        if country is None:
            return "Not said"
        return f"{place.city}, {country.name}" if place.city else country.name

    def position(self, place: Place) -> tuple[float, float]:
        """(latitude, longitude)."""
        city = self._city.get((place.country, place.city))
        spot = city or self.countries[place.country]
        return spot.latitude, spot.longitude

    def zones(self) -> dict[str, str]:
        """What to offer by the time zone of a browser."""
        return {zone: self.label(place) for zone, place in self._zones.items()}

    def labels(self) -> list[str]:
        """What to offer while a person types."""
        cities = [self.label(Place(city.country, city.name)) for city in self.cities]
        return [*cities, *(country.name for country in self.countries.values())]


def folded(text: str) -> str:
    """A name without its case, accents and stray spaces."""
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.casefold().replace(".", "").split())


@cache
def atlas() -> Atlas:
    """The list that comes with the program."""
    cities = [
        City(country, name, float(y), float(x), tuple(filter(None, zones.split(","))))
        for country, name, y, x, zones in _rows("cities.tsv")
    ]
    known = countries()
    return Atlas(known, [city for city in cities if city.country in known])


def _rows(name: str) -> list[list[str]]:
    text = files("holdfast.status.tracker").joinpath(name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines()]
