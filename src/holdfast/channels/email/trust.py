"""What mail claims about itself: whether its sender is proven, and whether a machine wrote it.

Sources: RFC 8601 (only the topmost result of our own receiver counts), RFC 3834 (automatic answers).
"""

import re
from email.message import Message
from typing import Final

from holdfast.channels.email.headers import all_headers, header, raw_headers

_COMMENT: Final = re.compile(r"\([^()]*\)")
_QUOTED: Final = re.compile(r'"[^"]*"')
_ESCAPED: Final = re.compile(r"\\.")
"""An escaped mark ends no quoted text and no comment."""
_COMMENT_DEPTH_MAX: Final = 5
_PROPERTY: Final = re.compile(r"(?:header\.d|header\.i|smtp\.mailfrom|header\.from)=\s*([^\s;]+)")
_MACHINE_NAMES: Final = re.compile(
    r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|owner-.*|.*-request|bounces?([+-].*)?)$"
)
_SUPPRESSING: Final = re.compile(r"\b(all|oof|autoreply)\b")
_BULK: Final = frozenset({"bulk", "junk", "list"})
_RECEIVED_MAX: Final = 50


def is_proven(mail: Message, sender: str, authserv_id: str) -> bool:
    """Whether our own receiver vouches for the address in From."""
    results = raw_headers(mail, "Authentication-Results")
    if not authserv_id or not results or len(all_headers(mail, "From")) != 1:
        return False
    server, _, verdicts = _without_comments(results[0]).partition(";")
    if server.split()[:1] != [authserv_id.lower()]:
        return False
    domain = sender.rpartition("@")[2]
    return any(_vouches(verdict.strip(), domain) for verdict in verdicts.split(";"))


def _vouches(verdict: str, domain: str) -> bool:
    method = re.match(r"(dmarc|dkim|spf)\s*=\s*pass\b", verdict)
    if not method:
        return False
    named = [value.rpartition("@")[2] for value in _PROPERTY.findall(verdict)]
    if method.group(1) == "dmarc" and not named:
        return True
    return any(_aligned(one, domain) for one in named)


def _aligned(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or ("." in one and other.endswith(f".{one}"))


def _without_comments(text: str) -> str:
    """Comments and quoted texts may hold anything, a false ``dmarc=pass`` among it."""
    text = _QUOTED.sub("", _ESCAPED.sub("", text.lower()))
    for _ in range(_COMMENT_DEPTH_MAX):
        text = _COMMENT.sub(" ", text)
    return text


def is_automatic(mail: Message, sender: str, our_address: str) -> bool:
    """Whether a machine must not answer: something automatic wrote this, or it came by a list."""
    local, _, domain = sender.lower().rpartition("@")
    submitted = header(mail, "Auto-Submitted").lower()
    return bool(
        (submitted and not submitted.startswith("no"))
        or header(mail, "Return-Path") == "<>"
        or header(mail, "Precedence").lower() in _BULK
        or _SUPPRESSING.search(header(mail, "X-Auto-Response-Suppress").lower())
        or any(name in mail for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond"))
        or mail.get_content_type() == "multipart/report"
        or _MACHINE_NAMES.match(local)
        or f"{local}@{domain}" == our_address.lower()
        or len(all_headers(mail, "Received")) > _RECEIVED_MAX
    )
