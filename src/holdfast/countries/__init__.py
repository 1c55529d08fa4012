"""The countries and territories of the world: ISO 3166 code, name, and where each is shown on a map."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec


class Country(msgspec.Struct, frozen=True):
    """Where it is shown on a map while nobody says more."""

    code: str
    name: str
    latitude: float
    longitude: float


@cache
def countries() -> Mapping[str, Country]:
    """By code."""
    text = files("holdfast.countries").joinpath("countries.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line]
    return {code: Country(code, name, float(y), float(x)) for code, name, y, x in rows}


def country_name(code: str) -> str:
    """What people call it; a code that is not known stays as it is."""
    country = countries().get(code.upper())
    return country.name if country else code
