"""The calls over HTTP."""

import uuid
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from holdfast.client.errors import DirectError, unreachable
from holdfast.client.model import (
    Attachment,
    Card,
    Changes,
    ChangesAsSent,
    Me,
    MessagePage,
    SignedIn,
    Thread,
    ThreadPage,
    Written,
)
from holdfast.client.stream import BACK_OFF_SECONDS, Stream

PREFIX: Final = "/direct/v1"
ANSWER_SECONDS: Final = 15.0
WAIT_SECONDS_MAX: Final = 25
CONNECTIONS_MAX: Final = 100

Answer = TypeVar("Answer")


class Client:
    """One device of one member. Use it as a context manager; every call raises DirectError."""

    def __init__(
        self, url: str, token: str = "", *, back_off_seconds: Sequence[float] = BACK_OFF_SECONDS
    ) -> None:
        """``url`` is where the hub is, such as ``https://hub.example.org``; ``token`` what signing in answered.
        ``back_off_seconds`` is how long a broken stream waits before it connects again, time after time.
        """
        self.url = url.rstrip("/")
        self.token = token
        self._back_off_seconds = back_off_seconds
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    # --- signing in -----------------------------------------------------------------------------------

    async def become_guest(self, name: str = "", *, continue_with: str = "") -> SignedIn:
        """A new guest, signed in here; ``continue_with`` is the token of a private link."""
        body = {"name": name, "continue": continue_with} if continue_with else {"name": name}
        return self._sign_in(await self._call("POST", "/guests", SignedIn, body))

    async def ask_for_code(self, email: str) -> str:
        """Have a code mailed; the login to come back with."""
        answer = await self._call("POST", "/codes", dict[str, Any], {"email": email})
        return str(answer["login"])

    async def sign_in(self, login: str, code: str) -> SignedIn:
        return self._sign_in(await self._call("POST", "/sessions", SignedIn, {"login": login, "code": code}))

    async def sign_out(self) -> None:
        await self._call("DELETE", "/sessions/current", None)
        self.token = ""

    def _sign_in(self, signed_in: SignedIn) -> SignedIn:
        self.token = signed_in.token
        return signed_in

    async def me(self) -> Me:
        return await self._call("GET", "/me", Me)

    async def change_me(self, **fields: object) -> Me:
        """``name``, ``handle``, ``about``, ``picture``, ``settings``."""
        return await self._call("PATCH", "/me", Me, fields)

    async def find(self, handle: str) -> Card | None:
        answer = await self._call("GET", f"/members?handle={quote(handle)}", dict[str, list[Card]])
        return next(iter(answer["members"]), None)

    async def block(self, member: str) -> None:
        await self._call("PUT", f"/blocks/{quote(member)}", None)

    async def unblock(self, member: str) -> None:
        await self._call("DELETE", f"/blocks/{quote(member)}", None)

    # --- threads --------------------------------------------------------------------------------------

    async def threads(self, before: str = "") -> ThreadPage:
        return await self._call("GET", f"/threads{_query(before=before)}", ThreadPage)

    async def thread(self, thread: str) -> Thread:
        return await self._call("GET", f"/threads/{quote(thread)}", Thread)

    async def pair(self, member: str) -> Thread:
        """The thread with a member, the same one each time."""
        return await self._call("POST", "/threads", Thread, {"kind": "pair", "member": member})

    async def group(self, title: str, members: Sequence[str]) -> Thread:
        body = {"kind": "group", "title": title, "members": list(members)}
        return await self._call("POST", "/threads", Thread, body)

    async def change_thread(self, thread: str, **fields: object) -> Thread:
        """``title``, ``picture``, ``pinned``, ``muted_until``, ``draft``."""
        return await self._call("PATCH", f"/threads/{quote(thread)}", Thread, fields)

    async def accept(self, thread: str) -> Thread:
        return await self._call("POST", f"/threads/{quote(thread)}/accept", Thread)

    async def decline(self, thread: str) -> None:
        await self._call("POST", f"/threads/{quote(thread)}/decline", None)

    async def add(self, thread: str, member: str) -> Thread:
        return await self._call("PUT", f"/threads/{quote(thread)}/members/{quote(member)}", Thread)

    async def remove(self, thread: str, member: str) -> None:
        """Remove a member of a group, or leave it oneself."""
        await self._call("DELETE", f"/threads/{quote(thread)}/members/{quote(member)}", None)

    async def messages(self, thread: str, *, before: str = "", limit: int = 50) -> MessagePage:
        query = _query(before=before, limit=str(limit))
        return await self._call("GET", f"/threads/{quote(thread)}/messages{query}", MessagePage)

    async def search(self, words: str, *, thread: str = "") -> MessagePage:
        return await self._call("GET", f"/search{_query(q=words, thread=thread)}", MessagePage)

    # --- writing --------------------------------------------------------------------------------------

    async def send(
        self,
        thread: str,
        text: str,
        *,
        client_id: str = "",
        reply_to: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Written:
        """Write a message. Whoever repeats a call that failed passes the same ``client_id``."""
        body = written(client_id or new_id(), text, reply_to=reply_to, attachments=attachments)
        return await self._call("POST", f"/threads/{quote(thread)}/messages", Written, body)

    async def edit(self, message: str, text: str) -> None:
        await self._call("PATCH", f"/messages/{quote(message, safe='')}", None, {"text": text})

    async def unsend(self, message: str) -> None:
        await self._call("DELETE", f"/messages/{quote(message, safe='')}", None)

    async def react(self, message: str, emoji: str) -> None:
        """One reaction by each member; an empty one takes it back."""
        await self._call("PUT", f"/messages/{quote(message, safe='')}/reaction", None, {"emoji": emoji})

    async def read(self, thread: str, upto: int) -> None:
        await self._call("POST", f"/threads/{quote(thread)}/read", None, {"upto": upto})

    async def delivered(self, thread: str, upto: int) -> None:
        await self._call("POST", f"/threads/{quote(thread)}/delivered", None, {"upto": upto})

    async def upload(self, name: str, data: bytes) -> Attachment:
        return await self._exchange("POST", f"/uploads{_query(name=name)}", Attachment, data)

    # --- reading --------------------------------------------------------------------------------------

    async def changes(self, after: str = "", *, wait: int = 0) -> Changes:
        """What happened after a cursor; without one the newest cursor. ``wait`` for up to 25 seconds."""
        query = _query(after=after, wait=str(min(wait, WAIT_SECONDS_MAX)))
        sent = await self._call("GET", f"/changes{query}", ChangesAsSent, seconds=ANSWER_SECONDS + wait)
        try:
            return sent.known()
        except msgspec.MsgspecError as error:
            raise _malformed(error) from error

    def stream(self, cursor: str = "") -> Stream:
        """The live stream from a cursor on, without one from now on."""
        return Stream(
            self._session(),
            f"{self.url}{PREFIX}/stream",
            self.token,
            cursor=cursor,
            back_off_seconds=self._back_off_seconds,
        )

    # --- the wire -------------------------------------------------------------------------------------

    async def _call(
        self,
        method: str,
        path: str,
        kind: type[Answer] | None,
        body: object = None,
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> Answer:
        data = None if body is None else msgspec.json.encode(body)
        return await self._exchange(method, path, kind, data, seconds=seconds)

    async def _exchange(
        self,
        method: str,
        path: str,
        kind: type[Answer] | None,
        data: bytes | None,
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> Answer:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        if data is not None:
            headers["content-type"] = (
                "application/octet-stream" if path.startswith("/uploads") else "application/json"
            )
        try:
            async with self._session().request(
                method,
                f"{self.url}{PREFIX}{path}",
                data=data,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unreachable(error) from error
        if response.ok:
            return _decoded(answer, kind)
        raise _refusal(response.status, answer, response.headers)

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise RuntimeError("Use the client as a context manager: async with Client(...) as client.")
        return self._http


def new_id() -> str:
    """A client id, never used before."""
    return uuid.uuid4().hex


def written(
    client_id: str, text: str, *, reply_to: str | None, attachments: Sequence[str]
) -> dict[str, object]:
    """The body of a message; what is not there is left out."""
    body: dict[str, object] = {"id": client_id, "text": text}
    if reply_to:
        body["reply_to"] = reply_to
    if attachments:
        body["attachments"] = list(attachments)
    return body


def _query(**values: str) -> str:
    given = "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items() if value)
    return f"?{given}" if given else ""


def _decoded(answer: bytes, kind: type[Answer] | None) -> Answer:
    try:
        return msgspec.json.decode(answer, type=kind) if kind is not None else None  # type: ignore[return-value]
    except msgspec.MsgspecError as error:
        raise _malformed(error) from error


def _malformed(error: msgspec.MsgspecError) -> DirectError:
    return DirectError(0, "malformed", f"The hub's answer could not be read: {error}")


def _refusal(status: int, answer: bytes, headers: Mapping[str, str]) -> DirectError:
    try:
        error = msgspec.json.decode(answer, type=dict[str, dict[str, str]])["error"]
    except (msgspec.MsgspecError, KeyError):
        error = {}
    after = headers.get("retry-after", "")
    return DirectError(
        status,
        error.get("code", "unreadable"),
        error.get("message", f"The hub answered {status}."),
        field=error.get("field", ""),
        retry_after=float(after) if after.isdigit() else 0.0,
    )
