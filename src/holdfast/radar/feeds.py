"""The platforms' own status pages: a supporting sentence, never a verdict; unreadable is unknown.

Meta publishes data files beside its page, in no documented format, and answers unknown paths with an HTML
shell (metastatus.com, read in November 2026). Others use the Statuspage format (status.twilio.com/api).
"""

from typing import Final
from urllib.parse import unquote

import msgspec

from holdfast.channels.transport import (
    AnswerLostError,
    HttpAnswer,
    HttpRequest,
    NotConnectedError,
    Transport,
)
from holdfast.kernel import Clock
from holdfast.radar.feed_shapes import UNREADABLE, Reading, read_any, read_meta
from holdfast.radar.model import Kind, Observation, Result
from holdfast.radar.patience import within

FEED_SECONDS_MAX: Final = 10.0
META_PATH: Final = "/data/orgs.json"
STATUSPAGE_PATH: Final = "/api/v2/summary.json"
META_ORGS: Final = {
    "instagram": frozenset({"ig-messenger", "graph-api"}),
    "messenger": frozenset({"messenger", "graph-api"}),
    "whatsapp": frozenset({"whatsapp-business-api"}),
}
"""The parts of Meta's page that concern a platform's messages."""
OK: Final = 200
NOT_MODIFIED: Final = 304


class FeedReader:
    """Reads one platform's feed, asking only for what has changed since."""

    def __init__(self, platform: str, url: str, transport: Transport, clock: Clock) -> None:
        self._platform = platform
        self._url, _, part = feed_url(platform, url).partition("#")
        self._part = unquote(part)
        self._transport = transport
        self._clock = clock
        self._tags: dict[str, str] = {}
        self._last = UNREADABLE

    async def read(self) -> Observation:
        try:
            request = HttpRequest("GET", self._url, headers=self._tags, timeout_seconds=FEED_SECONDS_MAX)
            answer = await within(self._clock, FEED_SECONDS_MAX, self._transport.request(request))
        except (NotConnectedError, AnswerLostError, TimeoutError):
            return self._observation(UNREADABLE)
        if answer.status != NOT_MODIFIED:
            self._last = parse_feed(self._platform, answer, self._part)
            self._tags = _conditions(answer) if self._last.ok is not None else {}
        return self._observation(self._last)

    def _observation(self, reading: Reading) -> Observation:
        results = {True: Result.OK, False: Result.FAIL, None: Result.UNKNOWN}
        return Observation(
            channel=feed_channel(self._platform),
            kind=Kind.FEED,
            at=self._clock.now_ms(),
            result=results[reading.ok],
            detail=reading.word,
        )


def feed_channel(platform: str) -> str:
    return f"feed:{platform}"


def feed_url(platform: str, url: str) -> str:
    """Where the feed is; ``#name`` behind an address stands for one part of it."""
    url, hash_mark, part = url.partition("#")
    return _document(platform, url) + hash_mark + part


def _document(platform: str, url: str) -> str:
    if url.endswith(".json"):
        return url
    return url.rstrip("/") + (META_PATH if platform in META_ORGS else STATUSPAGE_PATH)


def _conditions(answer: HttpAnswer) -> dict[str, str]:
    pairs = (("if-none-match", "etag"), ("if-modified-since", "last-modified"))
    return {ask: answer.headers[given] for ask, given in pairs if given in answer.headers}


def parse_feed(platform: str, answer: HttpAnswer, part: str = "") -> Reading:
    """What an answer says of a platform; anything of another shape is unknown, never fine."""
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if answer.status != OK or not (kind == "application/json" or kind.endswith("+json")):
        return UNREADABLE
    try:
        data = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNREADABLE
    if platform in META_ORGS and isinstance(data, list):
        return read_meta(META_ORGS[platform], data)
    return read_any(data, part)


def feed_sentence(platform: str, place: str, seen: Observation | None) -> str:
    """The feed's word beside a failure; empty where it could not be read."""
    owner = "Meta's own status page" if platform in META_ORGS else f"The status page of {place}'s provider"
    if seen is None or seen.result is Result.UNKNOWN:
        return ""
    if seen.result is Result.OK:
        return f"{owner} still says all is well."
    return f"{owner} reports: {seen.detail}."
