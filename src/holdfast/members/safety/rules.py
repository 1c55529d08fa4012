"""What may be said to other members: pure decisions on words, links and repeats."""

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from holdfast.members.model import Member, MemberRefusedError
from holdfast.members.safety.model import HOUR_MS, Rule, RuleKind, SafetySettings

VALUE_CHARACTERS_MAX: Final = 254
LINKS_LOOKED_AT_MAX: Final = 50
HOST_CHARACTERS_MAX: Final = 253
"""What is longer is no host, and leads nowhere."""

_LINK: Final = re.compile(
    r"(?i)\b(?:https?://|www\.)[^\s<>\"']{1,2000}|\b(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b(?=[/:?#])"
)
_HOST: Final = re.compile(r"(?i)^(?:https?://)?(?:[^/?#@\s]*@)?([^/:?#\s]+)")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z0-9-]{2,63}")
_WORD: Final = re.compile(r"\w+")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""What stands between letters and is not seen."""


class Ruleset(msgspec.Struct, frozen=True):
    """The rules, made ready to be asked."""

    emails: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    phrases: Mapping[str, Sequence[tuple[str, ...]]] = {}
    """Barred words by the first of them."""
    signs: tuple[str, ...] = ()
    """What is barred and has no letters."""
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    def bars_email(self, email: str) -> bool:
        email = email.casefold()
        return email in self.emails or f"@{email.rpartition('@')[2]}" in self.emails

    def bars_address(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)


def ruleset(rules: Iterable[Rule]) -> Ruleset:
    by_kind: dict[str, list[str]] = {"email": [], "network": [], "word": [], "domain": []}
    for rule in rules:
        by_kind[rule.kind].append(rule.value)
    phrases: dict[str, list[tuple[str, ...]]] = {}
    for phrase in (tuple(_WORD.findall(each)) for each in by_kind["word"]):
        if phrase:
            phrases.setdefault(phrase[0], []).append(phrase)
    return Ruleset(
        emails=frozenset(by_kind["email"]),
        domains=frozenset(by_kind["domain"]),
        phrases=phrases,
        signs=tuple(each for each in by_kind["word"] if not _WORD.search(each)),
        networks=tuple(ipaddress.ip_network(each) for each in by_kind["network"]),
    )


def problem_of(text: str, member: Member, rules: Ruleset, settings: SafetySettings, now: int) -> str:
    """Why a member may not say this to another, as a sentence; an empty text where they may."""
    plain = _UNSEEN.sub("", text).casefold()
    hosts = hosts_in(plain)
    if any(_is_barred(host, rules.domains) for host in hosts):
        return "The message has a link that is not allowed here."
    if _has_barred_word(plain, rules):
        return "The message has a word that is not allowed here."
    if hosts and not may_send_links(member, settings, now):
        who = "Guests cannot" if member.is_guest else "New members cannot"
        return f"{who} send links to other members; to the business you can."
    return ""


def may_send_links(member: Member, settings: SafetySettings, now: int) -> bool:
    match settings.links:
        case "everyone":
            return True
        case "members":
            return not member.is_guest
        case _:
            return not member.is_guest and now - member.created_at >= settings.new_hours * HOUR_MS


def hosts_in(text: str) -> Sequence[str]:
    """The hosts of links in a text, in small letters; of very many the first."""
    found = []
    for number, link in enumerate(_LINK.finditer(text)):
        if number == LINKS_LOOKED_AT_MAX:
            break
        host = _HOST.match(link[0])
        if host:
            found.append(_ascii(host[1].casefold().strip(".")))
    return found


def checked_value(kind: RuleKind, value: str) -> str:
    """A rule's value as it is compared. Raises MemberRefusedError."""
    value = _UNSEEN.sub("", value.replace("\0", "")).strip().casefold()
    if not value or len(value) > VALUE_CHARACTERS_MAX or not value.isprintable():
        raise MemberRefusedError("refused", "A rule has 1 to 254 characters.", "value")
    match kind:
        case "email":
            return _checked_email(value)
        case "network":
            return _checked_network(value)
        case "domain":
            return _checked_domain(value)
        case "word":
            return " ".join(value.split())


def _checked_email(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not at or not _DOMAIN.fullmatch(_ascii(domain)) or " " in local:
        raise MemberRefusedError(
            "refused", "An address such as a@b.example, or @b.example for all of it.", "value"
        )
    return value


def _checked_network(value: str) -> str:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        sentence = "A network is an address such as 192.0.2.1, or a block such as 192.0.2.0/24."
        raise MemberRefusedError("refused", sentence, "value") from error
    if network.prefixlen < (8 if network.version == 4 else 16):  # noqa: PLR2004 - IP version four
        raise MemberRefusedError(
            "refused", "This block is too large; it would keep out half the world.", "value"
        )
    return str(network)


def _checked_domain(value: str) -> str:
    host = _HOST.match(value)
    domain = _ascii(host[1].strip(".")) if host else ""
    if not _DOMAIN.fullmatch(domain):
        raise MemberRefusedError("refused", "A domain is such as bad.example.", "value")
    return domain.removeprefix("www.")


def _has_barred_word(plain: str, rules: Ruleset) -> bool:
    if any(sign in plain for sign in rules.signs):
        return True
    words = _WORD.findall(plain) if rules.phrases else []
    return any(
        tuple(words[place : place + len(phrase)]) == phrase
        for place, word in enumerate(words)
        for phrase in rules.phrases.get(word, ())
    )


def _is_barred(host: str, domains: frozenset[str]) -> bool:
    """Whether the host or anything above it is."""
    parts = host.split(".")
    return any(".".join(parts[start:]) in domains for start in range(len(parts)))


def _ascii(host: str) -> str:
    if len(host) > HOST_CHARACTERS_MAX:
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
