"""The push service: takes sealed notices for browsers, and shows tests what a browser would show.

Source: RFC 8030 sections 5 and 7, RFC 8188, RFC 8291, RFC 8292.
"""

import re
from dataclasses import asdict
from http import HTTPStatus

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.faults import Fault
from holdfast_simulators.webpush.browser import Browser, Notice, Unreadable
from holdfast_simulators.webpush.sender import Unproven, sender_of
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

BROWSERS_MAX = 10_000
BODY_BYTES_MAX = 4_096
RETRY_SECONDS = 5
URGENCIES = ("very-low", "low", "normal", "high")
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Refused(Exception):  # noqa: N818 - an answer to the caller
    def __init__(self, status: HTTPStatus, problem: str) -> None:
        super().__init__(problem)
        self.status = status


class WebPush:
    """``/push/<browser>`` is the wire; ``/browsers`` is for tests: make one, put it to sleep, see what it showed."""

    name = "webpush"

    def __init__(self, world: World) -> None:
        self._world = world
        self._browsers: dict[str, Browser] = {}

    def recognise(self, call: Call) -> None:
        call.capability = "send" if call.path.startswith("/push/") else "other"

    async def answer(self, call: Call) -> Answer:
        try:
            match call.method, call.segments():
                case "POST", ["push", browser_id]:
                    return self._push(call, self._browser(browser_id))
                case "POST", ["browsers"]:
                    return self._open(call)
                case "GET", ["browsers", browser_id]:
                    return self._show(self._browser(browser_id, gone_too=True))
                case "PATCH", ["browsers", browser_id]:
                    return self._turn(self._browser(browser_id, gone_too=True), call)
                case _:
                    return json_answer({"error": "there is nothing here"}, status=HTTPStatus.NOT_FOUND)
        except Refused as error:
            return json_answer({"error": str(error)}, status=error.status)

    def fault_answer(self, fault: Fault, call: Call) -> Answer:
        del call
        if fault.kind == "throttle":
            status, headers = HTTPStatus.TOO_MANY_REQUESTS, {"retry-after": str(RETRY_SECONDS)}
            return json_answer({"error": "too many"}, status=status, headers=headers)
        return json_answer({"error": "unavailable"}, status=HTTPStatus.INTERNAL_SERVER_ERROR)

    def _browser(self, browser_id: str, *, gone_too: bool = False) -> Browser:
        found = self._browsers.get(browser_id)
        if found is None:
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such subscription")
        if found.is_gone and not gone_too:
            raise Refused(HTTPStatus.GONE, "the subscription has ended")
        return found

    def _push(self, call: Call, browser: Browser) -> Answer:
        self._check_sender(call, browser)
        ttl, topic, urgency = _headers(call)
        if len(call.body) > BODY_BYTES_MAX:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the notice is too large")
        try:
            text = browser.unseal(call.body)
        except (Unreadable, UnicodeDecodeError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST, str(error)) from error
        if not call.pretend:
            call.effect = True
            at_ms = self._world.clock.now_ms()
            browser.take(Notice(text=text, topic=topic, urgency=urgency, ttl=ttl, at_ms=at_ms))
        return Answer(
            status=HTTPStatus.CREATED,
            headers={"location": f"/message/{self._world.random.getrandbits(64):x}"},
        )

    def _check_sender(self, call: Call, browser: Browser) -> None:
        origin = f"http://{call.headers.get('host', '')}"
        now_seconds = self._world.clock.now_ms() / MS_PER_SECOND
        try:
            key = sender_of(call.headers.get("authorization", ""), origin=origin, now_seconds=now_seconds)
        except Unproven as error:
            raise Refused(HTTPStatus.UNAUTHORIZED, str(error)) from error
        if browser.vapid_key and key != browser.vapid_key:
            raise Refused(HTTPStatus.FORBIDDEN, "the subscription is for another sender")

    def _open(self, call: Call) -> Answer:
        if len(self._browsers) >= BROWSERS_MAX:
            raise Refused(HTTPStatus.INSUFFICIENT_STORAGE, "there are too many browsers")
        made = Browser(f"{self._world.random.getrandbits(128):032x}", str(call.json().get("key", "")))
        self._browsers[made.id] = made
        subscription = made.subscription(f"http://{call.headers.get('host', '')}")
        return json_answer({"id": made.id, "subscription": subscription}, status=HTTPStatus.CREATED)

    def _show(self, browser: Browser) -> Answer:
        return json_answer(
            {"shown": [asdict(each) for each in browser.shown], "waiting": len(browser.waiting)}
        )

    def _turn(self, browser: Browser, call: Call) -> Answer:
        wanted = call.json()
        browser.is_gone = bool(wanted.get("gone", browser.is_gone))
        if wanted.get("asleep", browser.is_asleep):
            browser.is_asleep = True
        else:
            browser.wake(self._world.clock.now_ms())
        return self._show(browser)


def _headers(call: Call) -> tuple[int, str, str]:
    """(TTL, topic, urgency). Raises Refused."""
    ttl, topic = call.headers.get("ttl", ""), call.headers.get("topic", "")
    urgency = call.headers.get("urgency", "normal")
    if not ttl.isdigit():
        raise Refused(HTTPStatus.BAD_REQUEST, "the header TTL is missing")
    if topic and not TOPIC.fullmatch(topic):
        raise Refused(HTTPStatus.BAD_REQUEST, "a topic has up to 32 letters of base64 for addresses")
    if urgency not in URGENCIES:
        raise Refused(HTTPStatus.BAD_REQUEST, "there is no such urgency")
    if call.headers.get("content-encoding") != "aes128gcm":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the coding is not aes128gcm")
    return int(ttl), topic, urgency
