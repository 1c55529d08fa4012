"""Labelled years: invented observations of an invented shop, with the truth about every outage beside them."""

from holdfast.radar.labelled.outages import KINDS, Outage, outages_of
from holdfast.radar.labelled.shops import SHOPS, Shop
from holdfast.radar.labelled.years import Years

__all__ = ["KINDS", "SHOPS", "Outage", "Shop", "Years", "outages_of"]
