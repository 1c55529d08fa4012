"""Calls to Twilio as one account."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from holdfast.channels.contract import Deferred, ErrorClass, UnreadableError
from holdfast.channels.sms.errors import classify
from holdfast.channels.sms.settings import SmsSettings
from holdfast.channels.transport import (
    AnswerLostError,
    HttpAnswer,
    HttpRequest,
    NotConnectedError,
    Transport,
)
from holdfast.channels.untrusted import read_json, text_at


class CallFailedError(Exception):
    """A call that reads something failed."""

    def __init__(self, error_class: ErrorClass, reason: str, *, wait_ms: int | None = None) -> None:
        super().__init__(reason)
        self.error_class = error_class
        self.wait_ms = wait_ms


class TwilioClient:
    def __init__(self, settings: SmsSettings, transport: Transport) -> None:
        self._host = settings.base_url.rstrip("/")
        self._account = f"/{settings.version}/Accounts/{settings.account_sid}"
        self._settings = settings
        self._transport = transport

    async def post_message(self, fields: Mapping[str, str]) -> HttpAnswer:
        """Raises NotConnectedError or AnswerLostError."""
        body = urlencode(fields).encode()
        return await self._request(
            "POST", f"{self._account}/Messages.json", body, self._settings.timeout_seconds
        )

    async def messages(self, query: Mapping[str, str], *, probing: bool = False) -> dict[str, Any]:
        """A page of the log, the newest first; raises CallFailedError."""
        seconds = self._settings.probe_timeout_seconds if probing else self._settings.timeout_seconds
        return await self._read(f"{self._account}/Messages.json?{urlencode(query)}", seconds)

    async def next_page(self, page: Mapping[str, Any]) -> dict[str, Any] | None:
        """The page after this one, or None; only its path is believed, never another host."""
        following = urlsplit(text_at(page, "next_page_uri"))
        if not following.path.startswith(self._account):
            return None
        path = f"{following.path}?{following.query}"
        return await self._read(path, self._settings.timeout_seconds)

    async def _read(self, path: str, timeout_seconds: float) -> dict[str, Any]:
        try:
            answer = await self._request("GET", path, b"", timeout_seconds)
        except NotConnectedError as error:
            raise CallFailedError(ErrorClass.NETWORK, f"No connection: {error}") from error
        except AnswerLostError as error:
            raise CallFailedError(ErrorClass.PLATFORM, f"No answer: {error}") from error
        data = read_object(answer)
        if answer.status == 200 and data is not None:  # noqa: PLR2004
            return data
        failure = classify(answer, data)
        wait_ms = failure.wait_ms if isinstance(failure, Deferred) else None
        raise CallFailedError(failure.error_class, failure.reason, wait_ms=wait_ms)

    async def _request(self, method: str, path: str, body: bytes, timeout_seconds: float) -> HttpAnswer:
        credentials = ":".join(self._settings.credentials).encode()
        headers = {
            "authorization": f"Basic {base64.b64encode(credentials).decode()}",
            "accept": "application/json",
        }
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        return await self._transport.request(
            HttpRequest(
                method=method,
                url=self._host + path,
                headers=headers,
                body=body,
                timeout_seconds=timeout_seconds,
            )
        )


def read_object(answer: HttpAnswer) -> dict[str, Any] | None:
    """The JSON object of an answer, or None."""
    try:
        found = read_json(answer.body)
    except UnreadableError:
        return None
    return found if isinstance(found, dict) else None
