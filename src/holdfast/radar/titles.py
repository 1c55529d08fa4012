"""What an incident is called, and the lines of its story, in plain words."""

from collections.abc import Sequence
from typing import Final

from holdfast.channels.contract import Capability, ErrorClass
from holdfast.countries import country_name
from holdfast.radar.model import CONFIRMED, LATE, SLOW, Cause, State, Verdict

_PLACES: Final = {
    "instagram": "Instagram",
    "whatsapp": "WhatsApp",
    "messenger": "Messenger",
    "telegram": "Telegram",
    "sms": "SMS",
    "email": "email",
    "direct": "our own web chat",
}
_WEIGHT: Final = (Capability.SEND, Capability.RECEIVE, Capability.SIGN_IN, Capability.HISTORY)
"""What people miss most, first."""

_DOWN: Final = {
    Capability.SEND: "{place} is not accepting messages",
    Capability.RECEIVE: "Messages from {place} are not arriving",
    Capability.SIGN_IN: "{place} does not answer our sign-in",
    Capability.HISTORY: "Past messages cannot be read from {place}",
}
_PARTIAL: Final = {
    Capability.SEND: "Some messages to {place} fail",
    Capability.RECEIVE: "Some messages from {place} are not arriving",
    Capability.SIGN_IN: "{place} sometimes does not answer our sign-in",
    Capability.HISTORY: "Past messages can only sometimes be read from {place}",
}
_AFFECTED: Final = {
    Capability.SEND: "sending",
    Capability.RECEIVE: "receiving",
    Capability.SIGN_IN: "signing in",
    Capability.HISTORY: "reading past messages",
}
_MANNERS: Final = {
    SLOW: "{place} is answering very slowly",
    LATE: "Messages from {place} arrive late",
    ErrorClass.THROTTLED.value: "{place} is limiting how much we may do",
}
_OUR_OWN: Final = {
    Cause.UPLINK: "Our own connection is failing",
    Cause.HUB: "Our own message hub is failing",
}
_OF_ONE_COUNTRY: Final = {
    Cause.PLATFORM: "{place} is not accepting messages to {country}",
    Cause.ACCOUNT: "{place} is refusing our messages to {country}",
}
_RUN_BY: Final = {"meta": "Meta", "twilio": "Twilio"}
"""Failure domains that are a company of a name."""


def place_name(platform: str, channel_name: str = "") -> str:
    """A platform inside a sentence; with the channel's own name where two share the platform."""
    place = _PLACES.get(platform, platform)
    if place.lower() in channel_name.lower():
        return channel_name
    return f"{place} ({channel_name})" if channel_name else place


def leading(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict that an incident is named after: confirmed before others, then what people miss most."""
    return min(verdicts, key=lambda v: (v.state not in CONFIRMED, _WEIGHT.index(v.capability)))


def incident_title(verdict: Verdict, place: str) -> str:
    if verdict.cause in _OUR_OWN:
        return _OUR_OWN[verdict.cause]
    if verdict.cause is Cause.TOKEN:
        return _capital(f"{place} refuses our sign-in")
    if verdict.score.region and verdict.cause in _OF_ONE_COUNTRY:
        template = _OF_ONE_COUNTRY[verdict.cause]
        return _capital(template.format(place=place, country=country_name(verdict.score.region)))
    if verdict.cause is Cause.ACCOUNT:
        return _capital(f"{place} is refusing our account")
    if verdict.cause is Cause.CONVERSATION:
        return f"Messages of one conversation on {place} fail"
    return _capital(_template(verdict).format(place=place))


def joint_title(places: Sequence[str], cause: Cause, domain: str) -> str:
    """Of several channels that fail together; ``domain`` where they share one."""
    if cause in _OUR_OWN:
        return _OUR_OWN[cause]
    who = _RUN_BY.get(domain, "")
    both = "both" if len(places) == 2 else "all"  # noqa: PLR2004 - two are both
    return _capital(f"{listed(places)} are failing{f' ({both} run by {who})' if who else ''}")


def retitled(title: str, place: str, platform: str) -> str:
    """A title of one account said of its whole platform."""
    whole = place_name(platform)
    for said, instead in ((place, whole), (_capital(place), _capital(whole))):
        if said and said in title:
            return title.replace(said, instead, 1)
    return title


def listed(places: Sequence[str]) -> str:
    """Instagram, Messenger and WhatsApp."""
    *firsts, last = places
    return f"{', '.join(firsts)} and {last}" if firsts else last


def also_affected(capabilities: Sequence[Capability]) -> str:
    return f"Also affected: {', '.join(_AFFECTED[capability] for capability in capabilities)}."


def _template(verdict: Verdict) -> str:
    if verdict.score.manner in _MANNERS:
        return _MANNERS[verdict.score.manner]
    return (_PARTIAL if verdict.state is State.PARTIAL else _DOWN)[verdict.capability]


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
