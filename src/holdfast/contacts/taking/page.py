"""What is kept of a person as one readable page, without anything active in it. Pure."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from holdfast.contacts.timeline import Moment
from holdfast.inbox.model import AddressView, ContactView

_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What is kept of a person</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
dt { font-weight: 600 } dd, li { margin-bottom: .5rem; overflow-wrap: anywhere }
small { color: #555; display: block }
</style></head><body>
"""
_FOOT: Final = "</body></html>\n"


def facts_page(
    contact: ContactView, fields: dict[str, str], lead: dict[str, Any] | None, story: Sequence[Moment]
) -> str:
    known = "".join(f"<dt>{_inert(name)}</dt><dd>{_inert(value)}</dd>" for name, value in fields.items())
    sale = f"<dt>Lead</dt><dd>{_inert(_lead(lead))}</dd>" if lead else ""
    told = "".join(
        f"<li>{_inert(each.text)}<small>{_clock(each.at)} · {_inert(each.who_name)}</small></li>"
        for each in story
    )
    return (
        f"{_HEAD}<h1>{_inert(contact.name or 'Without a name')}</h1>\n"
        f"<p>Known since {_clock(contact.created_at)}. "
        '<a href="messages.html">What was written</a>, <a href="messages.jsonl">the same for programs</a>, '
        '<a href="person.json">this page for programs</a>.</p>\n'
        f"<h2>Addresses</h2><ul>{''.join(map(_address, contact.addresses))}</ul>\n<dl>{known}{sale}</dl>\n"
        f"<h2>What happened beside</h2><ul>{told}</ul>\n{_FOOT}"
    )


def _address(address: AddressView) -> str:
    since = f" since {_clock(address.consent_at)}" if address.consent_at else ""
    return (
        f"<li>{_inert(address.channel)}: {_inert(address.value)}"
        f"<small>proof: {_inert(address.proof or 'none')}, consent: {_inert(address.consent)}{since}</small></li>"
    )


def _lead(lead: dict[str, Any]) -> str:
    worth = f", {lead['value']} in the smallest unit of {lead['currency']}" if lead["value"] else ""
    return f"{lead['stage']}{worth}"


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _inert(text: str) -> str:
    return html.escape(text).replace("\0", "\N{REPLACEMENT CHARACTER}")
