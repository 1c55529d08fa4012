"""Where people report what fails for them: a form without a script, or JSON; kept before it is answered."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.radar.reports import Cell, Reports, Surface, Symptom, Taken
from holdfast.status.pages import environment
from holdfast.status.tracker.places import PLACE_LETTERS_MAX, Place, atlas
from holdfast.status.tracker.snapshot import Concluded, Tracked, Tracker
from holdfast.status.tracker.words import answer_to
from holdfast.storage import StoreUnavailableError
from holdfast.web.asgi import (
    HTML,
    ClientGoneError,
    Receive,
    Scope,
    Send,
    TooLargeError,
    TooSlowError,
    answer,
    answer_error,
    answer_json,
    client_address,
    header,
    read_body,
)
from holdfast.web.errors import ApiError
from holdfast.web.static_files import PAGE_HEADERS

PREFIX: Final = "/report"
DETAILS: Final = "/report/details"
STYLE: Final = "/report/style.css"
BODY_BYTES_MAX: Final = 8 * 1024
BODY_SECONDS: Final = 10.0
FIELDS_MAX: Final = 20
VALUE_LETTERS_MAX: Final = 200
TAPPED_MS_MIN: Final = 100
"""Nobody has read the page and tapped sooner than this; what has is kept, but not shown."""
OF_ADDRESS: Final = Rate(burst=60, per_second=2)
"""Large, as many people may come from one address of a carrier."""
OF_ALL: Final = Rate(burst=3_000, per_second=1_000)
RETRY_SECONDS: Final = "5"
NOT_KEPT: Final = "Your report could not be kept now. Please send it again in a minute."

_FORM: Final = "application/x-www-form-urlencoded"
_ANYONE: Final = (("access-control-allow-origin", "*"), ("cache-control", "no-store"))
_PREFLIGHT: Final = (
    *_ANYONE,
    ("access-control-allow-methods", "POST, OPTIONS"),
    ("access-control-allow-headers", "accept, content-type"),
    ("access-control-max-age", "86400"),
)
_LOOKS: Final = {"problem": "down", "perhaps": "suspected", "connection": "suspected", "usual": "up"}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a report. ``id`` lets its sender add details; ``said`` is what became of it."""

    id: str
    platform: str
    said: str
    title: str
    lead: str
    look: str
    ways: tuple[dict[str, str], ...] = ()


class ReportDesk:
    """``tracker`` gives what the tracker shows at the moment."""

    def __init__(
        self,
        *,
        reports: Reports,
        tracker: Callable[[], Tracker],
        clock: Clock,
        business: str,
        status_url: str,
        now_url: str,
    ) -> None:
        self._reports = reports
        self._tracker = tracker
        self._business = business
        self._status_url = status_url
        self._now_url = now_url
        self._of_address = Buckets(clock, OF_ADDRESS)
        self._of_all = Buckets(clock, OF_ALL)
        self._templates = environment()
        self._style = "".join(self._source(name) for name in ("status.css", "tracker.css")).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["method"], scope["path"].rstrip("/"):
            case "OPTIONS", _:
                await answer(send, 204, b"", headers=_PREFLIGHT)
            case "POST", path if path in {PREFIX, DETAILS}:
                await self._post(scope, receive, send, is_detail=path == DETAILS)
            case "GET" | "HEAD", path if path == STYLE:
                await answer(
                    send,
                    200,
                    self._style,
                    "text/css; charset=utf-8",
                    (("cache-control", "public, max-age=86400"),),
                )
            case "GET" | "HEAD", _:
                await answer(send, 302, b"", headers=(("location", f"{self._status_url}{PREFIX}"),))
            case _:
                await answer_error(
                    send, 405, "method", "A report is a POST.", headers=(*_ANYONE, ("allow", "GET, POST"))
                )

    async def _post(self, scope: Scope, receive: Receive, send: Send, *, is_detail: bool) -> None:
        wants_json = "json" in header(scope, b"accept") or "json" in header(scope, b"content-type")
        try:
            self._make_room(client_address(scope))
            given = await _fields(scope, receive)
            told = await (self._detail(given) if is_detail else self._report(scope, given))
        except ApiError as error:
            await self._refuse(send, error, wants_json=wants_json)
        except StoreUnavailableError:
            away = ApiError(503, "unavailable", NOT_KEPT, headers={"retry-after": RETRY_SECONDS})
            await self._refuse(send, away, wants_json=wants_json)
        except ClientGoneError:
            return
        else:
            if wants_json:
                await answer_json(send, 200, told, _ANYONE)
            else:
                await self._thank(send, told, given)

    def _make_room(self, address: str) -> None:
        """Raises ApiError where an address, or everybody together, sends too much."""
        wait = self._of_address.take(address) or self._of_all.take("")
        if wait:
            headers = {"retry-after": str(max(1, round(wait)))}
            sentence = "Too many reports come from here; wait a little."
            raise ApiError(429, "too_many", sentence, headers=headers)

    async def _report(self, scope: Scope, given: Mapping[str, str]) -> Told:
        platform = self._platform(given)
        symptom = _one_of(Symptom, given, "symptom")
        place = _place(given)
        cell = Cell(
            platform=platform,
            symptom=symptom,
            surface=_surface(given),
            country=place.country,
            city=place.city,
        )
        taken = await self._reports.take(
            cell,
            address=client_address(scope),
            agent=header(scope, b"user-agent")[:VALUE_LETTERS_MAX],
            is_doubtful=_is_doubtful(given),
        )
        return self._told(taken, platform)

    async def _detail(self, given: Mapping[str, str]) -> Told:
        place = _place(given)
        report_id = given.get("report", "")
        found = await self._reports.add_details(
            report_id, surface=_surface(given), country=place.country, city=place.city
        )
        if found is None:
            raise ApiError(404, "not_found", "That report is not kept any more.", field="report")
        where = f" {atlas().label(place)} is noted." if place.country else ""
        return msgspec.structs.replace(
            self._told(None, found.platform), id=report_id, said=f"Thank you.{where}"
        )

    def _platform(self, given: Mapping[str, str]) -> str:
        known = self._reports.platforms()
        platform = given.get("platform", "") or (known[0] if len(known) == 1 else "")
        if platform not in known:
            names = ", ".join(known) or "none yet"
            raise ApiError(422, "invalid", f"Name the platform that fails: {names}.", field="platform")
        return platform

    def _told(self, taken: Taken | None, platform: str) -> Told:
        tracker = self._tracker()
        tracked = next((each for each in tracker.platforms if each.platform == platform), None)
        concluded = _answer(tracked, is_new=bool(taken and taken.is_new))
        said = "Your report is kept. Thank you."
        if taken is not None and not taken.is_new:
            said = "We have this report of yours already. Thank you."
        return Told(
            id=taken.id if taken else "",
            platform=platform,
            said=said,
            title=concluded.title,
            lead=concluded.lead,
            look=_LOOKS[concluded.kind],
            ways=tuple(
                {"label": way.label, "address": way.address, "link": way.link}
                for way in tracker.ways
                if way.platform != platform
            ),
        )

    async def _thank(self, send: Send, told: Told, given: Mapping[str, str]) -> None:
        place = _place(given)
        more = {
            "report": told.id,
            "surface": _surface(given).value,
            "place": atlas().label(place) if place.country else "",
            "places": atlas().labels(),
        }
        body = self._page(**msgspec.to_builtins(told) | more)
        await answer(send, 200, body, HTML, (*PAGE_HEADERS, ("cache-control", "no-store")))

    async def _refuse(self, send: Send, error: ApiError, *, wants_json: bool) -> None:
        headers = (*_ANYONE, *error.headers.items())
        if wants_json:
            await answer_error(
                send, error.status, error.code, error.message, field=error.field, headers=headers
            )
            return
        body = self._page(title="Your report was not taken", lead=error.message, look="unknown")
        await answer(send, error.status, body, HTML, (*PAGE_HEADERS, *headers))

    def _page(self, **facts: Any) -> bytes:
        nothing = {
            "said": "",
            "ways": (),
            "report": "",
            "surface": "",
            "place": "",
            "places": (),
            "platform": "",
        }
        known = {
            "business": self._business,
            "status_url": self._status_url,
            "now_url": self._now_url,
            "version": hashlib.sha256(self._style).hexdigest()[:12],
            "place_letters_max": PLACE_LETTERS_MAX,
        }
        return self._templates.get_template("thanks.html").render(nothing | known | facts).encode()

    def _source(self, name: str) -> str:
        loader = self._templates.loader
        return loader.get_source(self._templates, name)[0] if loader else ""


def _answer(tracked: Tracked | None, *, is_new: bool) -> Concluded:
    """What is told of the moment; the tracker's counts do not hold this report yet where it is new."""
    if tracked is None:
        return Concluded(
            kind="usual", title="What others report is not known yet", lead="Look again in a moment."
        )
    return answer_to(tracked.label, tracked.concluded, tracked.recent + is_new)


async def _fields(scope: Scope, receive: Receive) -> dict[str, str]:
    """The fields of a form or of a JSON object, as bounded texts. Raises ApiError, ClientGoneError."""
    kind = header(scope, b"content-type").partition(";")[0].strip().lower()
    try:
        body = await read_body(scope, receive, bytes_max=BODY_BYTES_MAX, seconds=BODY_SECONDS)
        found = _json_fields(body) if "json" in kind else _form_fields(body)
    except TooLargeError as error:
        sentence = f"The body is over {BODY_BYTES_MAX} bytes."
        raise ApiError(413, "too_large", sentence, headers={"connection": "close"}) from error
    except TooSlowError as error:
        sentence = "The body did not arrive in time."
        raise ApiError(408, "too_slow", sentence, headers={"connection": "close"}) from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ApiError(400, "malformed", "Send a form, or one JSON object of texts.") from error
    return {name: " ".join(value.split())[:VALUE_LETTERS_MAX] for name, value in found.items()}


def _json_fields(body: bytes) -> dict[str, str]:
    values = msgspec.json.decode(body, type=dict[str, str | int | None])
    return {name: str(value) for name, value in values.items() if value is not None}


def _form_fields(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="replace"))


def _one_of(kind: type[Symptom], given: Mapping[str, str], name: str) -> Symptom:
    try:
        return kind(given.get(name, ""))
    except ValueError as error:
        known = ", ".join(each.value for each in kind)
        raise ApiError(422, "invalid", f"Say what fails: {known}.", field=name) from error


def _surface(given: Mapping[str, str]) -> Surface:
    try:
        return Surface(given.get("surface", ""))
    except ValueError as error:
        raise ApiError(422, "invalid", "The surface is app, web or nothing.", field="surface") from error


def _place(given: Mapping[str, str]) -> Place:
    """Where, from what was typed, from a code and a name, or from a time zone; nowhere where none is known."""
    typed = given.get("place", "")
    if typed:
        return atlas().find(typed)
    if given.get("country") or given.get("city"):
        country, city = given.get("country", ""), given.get("city", "")
        known = atlas().known(country.upper(), city)
        return known if known.country else atlas().find(f"{city}, {country}" if city else country)
    return atlas().of_zone(given.get("zone", ""))


def _is_doubtful(given: Mapping[str, str]) -> bool:
    """Whether a program rather than a person seems to have filled the form in."""
    took = given.get("took", "")
    return bool(given.get("website")) or (took.isascii() and took.isdigit() and int(took) < TAPPED_MS_MIN)
