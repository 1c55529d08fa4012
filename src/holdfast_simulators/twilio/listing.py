"""`GET …/Messages.json`: the message log, newest first, by pages."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.people import Message
from holdfast_simulators.twilio.resource import API, TwilioError, shown
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 1000
NO_LIMIT_MS = 1 << 60


@dataclass(frozen=True)
class Span:
    """Times in ms; the end is not included."""

    from_ms: int = 0
    until_ms: int = NO_LIMIT_MS

    def holds(self, at_ms: int) -> bool:
        return self.from_ms <= at_ms < self.until_ms


def answer_list(world: World, call: Call, account: str, number: str) -> Answer:
    """Raises TwilioError."""
    size = min(_number(call, "PageSize", PAGE_SIZE_DEFAULT), PAGE_SIZE_MAX) or 1
    page = _number(call, "Page", 0)
    # The token of the next page carries the newest message of the first one, so that
    # messages which arrive meanwhile do not push others from one page to the next.
    newest = _number(call, "PageToken", 0) or max((m.number for m in world.messages()), default=0)
    found = [m for m in _matching(world, call, account, number) if m.number <= newest]
    chosen = found[page * size : (page + 1) * size]
    more = len(found) > (page + 1) * size
    path = f"{API}/Accounts/{account}/Messages.json"
    return json_answer(
        {
            "messages": [shown(message, number) for message in chosen],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(len(chosen) - 1, 0),
            "uri": f"{path}?{urlencode(call.query)}",
            "first_page_uri": f"{path}?{urlencode({**call.query, 'Page': 0})}",
            "next_page_uri": _next(path, call, page, newest) if more else None,
        }
    )


def _matching(world: World, call: Call, account: str, number: str) -> list[Message]:
    span = _span(call)
    sender, recipient = call.query.get("From"), call.query.get("To")
    found = []
    for thread in world.threads("sms", account):
        for message in thread.messages:
            ends = (message.address, number) if message.direction == "out" else (number, message.address)
            fits = sender in (None, ends[0]) and recipient in (None, ends[1])
            if fits and span.holds(message.at_ms):
                found.append(message)
    return sorted(found, key=lambda m: (m.at_ms, m.number), reverse=True)


def _span(call: Call) -> Span:
    query = call.query
    if "DateSent" in query:
        return Span(_time(query["DateSent"]), _time(query["DateSent"]) + _length(query["DateSent"]))
    after, before = query.get("DateSent>"), query.get("DateSent<")
    until_ms = _time(before) + _length(before) if before else NO_LIMIT_MS
    return Span(_time(after) if after else 0, until_ms)


def _time(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise TwilioError(code=20001, message=f"'{text}' is not a date.") from problem
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * MS_PER_SECOND)


def _length(text: str) -> int:
    """A bare date means the whole day; a time means that second."""
    span = timedelta(seconds=1) if "T" in text else timedelta(days=1)
    return int(span.total_seconds() * MS_PER_SECOND)


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdigit():
        raise TwilioError(code=20001, message=f"{name} must be a number.")
    return int(text)


def _next(path: str, call: Call, page: int, newest: int) -> str:
    return f"{path}?{urlencode({**call.query, 'Page': page + 1, 'PageToken': newest})}"
