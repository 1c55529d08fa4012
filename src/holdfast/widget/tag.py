"""The line that puts the chat on a page, and what the site and the hub must allow for it. Pure."""

import html
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from holdfast.widget.model import WidgetRefusedError


def script_tag(public_url: str, name: str, attributes: Mapping[str, str]) -> str:
    """``attributes`` without their ``data-``, such as ``accent``; those that are empty are left out."""
    given = {"channel": name, **{key: value for key, value in attributes.items() if value}}
    written = "".join(f' data-{key}="{html.escape(value)}"' for key, value in given.items())
    return f'<script src="{html.escape(public_url)}/widget.js"{written} async></script>'


def policy_of(public_url: str) -> list[str]:
    """What a page's content policy must allow, a directive each."""
    socket = public_url.replace("http", "ws", 1)
    return [f"script-src {public_url}", f"connect-src {public_url} {socket}", f"img-src {public_url}"]


def origin_of(site: str) -> str:
    """The origin of a site's address, as browsers send it. Raises WidgetRefusedError."""
    try:
        parts = urlsplit(site if "://" in site else f"https://{site}")
        port = parts.port
    except ValueError as error:
        raise _no_site(site) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _no_site(site)
    is_usual = port in {None, {"http": 80, "https": 443}[parts.scheme]}
    return f"{parts.scheme}://{parts.hostname}{'' if is_usual else f':{port}'}"


def may_use(site: str, allowed_origins: Sequence[str]) -> bool:
    """Whether the pages of a site may use the chat. Raises WidgetRefusedError."""
    return "*" in allowed_origins or origin_of(site) in allowed_origins


def _no_site(site: str) -> WidgetRefusedError:
    return WidgetRefusedError("invalid", f"{site[:100]} is no address of a site.", "site")
