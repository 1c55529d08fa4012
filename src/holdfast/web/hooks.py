"""Where platforms deliver: verify over the raw bytes, make it durable, answer. Nothing else is in the way."""

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.channels.contract import Adapter, Forged, Genuine, RawRequest, Reply, Verification
from holdfast.kernel import Clock, get_log
from holdfast.storage import NewEnvelope, Spool, SpoolUnavailableError
from holdfast.web.asgi import (
    ClientGoneError,
    Receive,
    Scope,
    Send,
    TooLargeError,
    TooSlowError,
    answer,
    answer_error,
    headers_of,
    query_of,
    read_body,
)
from holdfast.web.call_log import CallLog
from holdfast.web.metrics import Metrics
from holdfast.web.refusals import RefusalCounter

PREFIX: Final = "/hooks/"
BODY_BYTES_MAX: Final = 4 * 1024 * 1024
BODY_SECONDS: Final = 10.0
_METHODS: Final = frozenset({"GET", "POST"})
_RETRY: Final = (("retry-after", "5"),)


class Hooks:
    def __init__(
        self,
        *,
        spool: Spool,
        clock: Clock,
        channels: Callable[[], Mapping[str, Adapter]],
        public_url: str,
        refusals: RefusalCounter,
        calls: CallLog,
        metrics: Metrics,
    ) -> None:
        self._spool = spool
        self._clock = clock
        self._channels = channels
        self._public_url = public_url
        self._refusals = refusals
        self._calls = calls
        self._metrics = metrics
        self._log = get_log("hooks")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        channel = _channel_of(scope["path"])
        adapter = self._channels().get(channel)
        if adapter is None:
            await answer_error(send, 404, "unknown_channel", "No channel listens at this address.")
        elif scope["method"] not in _METHODS:
            await answer_error(
                send, 405, "method", "A webhook is a GET or a POST.", headers=(("allow", "GET, POST"),)
            )
        else:
            await self._take(channel, adapter, scope, receive, send)

    async def _take(self, channel: str, adapter: Adapter, scope: Scope, receive: Receive, send: Send) -> None:
        started = self._clock.monotonic()
        try:
            body = await read_body(scope, receive, bytes_max=BODY_BYTES_MAX, seconds=BODY_SECONDS)
        except TooLargeError:
            await self._refuse(send, channel, 413, "too_large", f"The body is over {BODY_BYTES_MAX} bytes.")
            return
        except TooSlowError:
            await self._refuse(send, channel, 408, "too_slow", "The body did not arrive in time.")
            return
        except ClientGoneError:
            return
        request = self._request(scope, body)
        verdict = self._verify(adapter, request)
        self._calls.note(channel, request.method, verdict)
        match verdict:
            case Forged(status=status):
                await self._refuse(send, channel, status, "forged", "The request is not proven genuine.")
            case Genuine(reply=reply, store=False):
                await _reply(send, reply)
            case Genuine() as genuine:
                await self._keep(send, channel, request.body, genuine)
        self._metrics.hook_seconds.observe(self._clock.monotonic() - started)

    def _verify(self, adapter: Adapter, request: RawRequest) -> Verification:
        try:
            return adapter.verify(request)
        except Exception:  # noqa: BLE001 - whatever an adapter trips over came from outside
            self._log.exception("an adapter failed to verify a request")
            return Forged("The request could not be checked.", status=400)

    async def _keep(self, send: Send, channel: str, body: bytes, genuine: Genuine) -> None:
        envelope = NewEnvelope(
            channel=channel,
            source="webhook",
            received_at=self._clock.now_ms(),
            body=body,
            headers=dict(genuine.keep),
        )
        try:
            await self._spool.append(envelope)
        except SpoolUnavailableError as error:
            self._log.error("the spool is unavailable, the platform keeps what it sent", error=str(error))
            self._metrics.hook(channel, "unavailable")
            await answer_error(
                send, 503, "unavailable", "This could not be stored; send it again.", headers=_RETRY
            )
            return
        self._metrics.hook(channel, "stored")
        await _reply(send, genuine.reply)

    async def _refuse(self, send: Send, channel: str, status: int, reason: str, sentence: str) -> None:
        self._refusals.count(channel, reason)
        self._metrics.hook(channel, reason)
        # What is left of the body is not read: the connection ends with the answer.
        headers = (("connection", "close"),) if reason in {"too_large", "too_slow"} else ()
        await answer_error(send, status, reason, sentence, headers=headers)

    def _request(self, scope: Scope, body: bytes) -> RawRequest:
        raw_path = scope.get("raw_path") or scope["path"].encode()
        url = self._public_url + raw_path.decode("latin-1").partition("?")[0]
        query = scope.get("query_string", b"").decode("latin-1")
        return RawRequest(
            method=scope["method"],
            url=f"{url}?{query}" if query else url,
            query=query_of(scope) if query else {},
            headers=headers_of(scope),
            body=body,
        )


def _channel_of(path: str) -> str:
    """The channel that a path names, or an empty text: ``/hooks/instagram/shop`` is ``instagram:shop``."""
    platform, _, name = path.removeprefix(PREFIX).partition("/")
    return f"{platform}:{name}" if platform and name and "/" not in name else ""


async def _reply(send: Send, reply: Reply) -> None:
    await answer(send, reply.status, reply.body, reply.content_type)
