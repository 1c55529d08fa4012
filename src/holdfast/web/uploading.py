"""One file as the body of a request, on its way to the disk; for members and for agents."""

from typing import Final

from holdfast.media import Item, Media, UploadRefusedError, bytes_max
from holdfast.settings.model import Media as MediaSettings
from holdfast.web.asgi import Message, Receive, Scope, TooSlowError, body_parts, drop_rest, header, query_of
from holdfast.web.errors import ApiError

IDLE_SECONDS: Final = 20.0
"""How long the next bytes may take."""
DROP_SECONDS: Final = 10.0
NAME_CHARACTERS_MAX: Final = 300

_STATUS: Final = {"too_large": 413, "too_many": 429, "full": 422, "empty": 422, "refused": 422}
_CLOSE: Final = {"connection": "close"}


async def take_upload(
    media: Media, settings: MediaSettings, owner: str, scope: Scope, receive: Receive, *, member_bound: bool
) -> Item:
    """Take in the body. Raises ApiError, ClientGoneError, StoreUnavailableError.

    ``member_bound``: whether the owner may keep no more than a member.
    """
    name = query_of(scope).get("name", "")[:NAME_CHARACTERS_MAX]
    incoming = _Incoming(receive)
    try:
        _check_length(settings, header(scope, b"content-length"))
        parts = body_parts(incoming, idle_seconds=IDLE_SECONDS)
        return await media.receive(owner, name, parts, member_bound=member_bound)
    except UploadRefusedError as error:
        if not incoming.is_whole:
            await drop_rest(incoming, seconds=DROP_SECONDS)
        raise _refusal(error) from error
    except TooSlowError as error:
        raise ApiError(408, "too_slow", "The file did not arrive in time.", headers=_CLOSE) from error
    except OSError as error:
        raise ApiError(503, "unavailable", "The file could not be stored now; send it again.") from error


class _Incoming:
    """A receive that knows whether the body has come to its end: whoever asks on would wait for the next request."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_whole = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.is_whole = not message.get("more_body", False)
        return message


def _check_length(settings: MediaSettings, declared: str) -> None:
    most = max(bytes_max(settings, kind) for kind in ("picture", "video", "voice", "file"))
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > most:
        raise UploadRefusedError("too_large", "The file is too large.")


def _refusal(error: UploadRefusedError) -> ApiError:
    status = _STATUS.get(error.code, 503)
    headers = {"retry-after": "2"} if status in {429, 503} else _CLOSE if error.code == "too_large" else {}
    return ApiError(status, error.code, error.message, headers=headers)
