"""Whether a request is Twilio's. Source: Twilio's guide to securing webhook requests."""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from holdfast.channels.contract import Forged, Genuine, RawRequest, Reply, Verification
from holdfast.settings import Secret

SIGNATURE_HEADER: Final = "x-twilio-signature"
CORRELATION_PARAMETER: Final = "d"
"""Where the address of a status callback carries our delivery id."""
KEPT_CORRELATION: Final = "delivery"
FORM_FIELDS_MAX: Final = 1_000

_EMPTY_ANSWER: Final = Reply(body=b"<Response></Response>", content_type="text/xml; charset=utf-8")
_PORTS: Final = {"https": 443, "http": 80}


def verify_twilio(request: RawRequest, *, tokens: Sequence[Secret], webhook_url: str) -> Verification:
    """``webhook_url`` is the public address of the hook, where the request's own may be a proxy's."""
    if request.method != "POST":
        return Forged("Webhooks come by POST.", status=405)
    given = request.headers.get(SIGNATURE_HEADER, "")
    if not given:
        return Forged("The signature is missing.")
    fields = form_fields(request.body)
    if any(
        hmac.compare_digest(given.encode(), _sign(url, fields, token))
        for url in _possible_urls(request.url, webhook_url)
        for token in tokens
        if token
    ):
        delivery = request.query.get(CORRELATION_PARAMETER, "")
        return Genuine(reply=_EMPTY_ANSWER, keep={KEPT_CORRELATION: delivery} if delivery else {})
    return Forged("The signature does not fit the request.", told="signature")


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form; raises nothing, an unreadable body has none."""
    try:
        text = body.decode("utf-8", "replace")
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=FORM_FIELDS_MAX)
    except ValueError:
        return []


def _possible_urls(url: str, webhook_url: str) -> Iterator[str]:
    query = urlsplit(url).query
    public = urlunsplit(urlsplit(webhook_url)._replace(query=query, fragment="")) if webhook_url else ""
    for candidate in filter(None, (public, url)):
        yield candidate
        yield from _other_port(candidate)


def _other_port(url: str) -> Iterator[str]:
    """The same address with the scheme's own port added or left out; Twilio signs either."""
    parts = urlsplit(url)
    port = _PORTS.get(parts.scheme)
    if port is None:
        return
    suffix = f":{port}"
    if parts.netloc.endswith(suffix):
        yield urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(suffix)))
    elif ":" not in parts.netloc.rpartition("]")[2]:
        yield urlunsplit(parts._replace(netloc=parts.netloc + suffix))


def _sign(url: str, fields: Sequence[tuple[str, str]], token: Secret) -> bytes:
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.reveal().encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(digest)
