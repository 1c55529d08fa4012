"""Every failure of the HTTP interface in one shape."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from holdfast.conversations import AddressTakenError, UnknownContactError
from holdfast.inbox import BadCursorError
from holdfast.kernel import get_log
from holdfast.outbox import ReplyRefusedError
from holdfast.storage import SpoolUnavailableError, StoreUnavailableError
from holdfast.web.asgi import ErrorBody, ErrorDetail
from holdfast.web.feed import ForgottenError
from holdfast.work import TakenError, UnknownError, WorkRefusedError

RETRY_SECONDS: Final = "2"
MESSAGE_CHARACTERS_MAX: Final = 500

_REPLY_STATUS: Final = {
    "unknown_conversation": 404,
    "key_reused": 409,
    "not_in_doubt": 409,
    "already_sent": 409,
}
_CODES: Final = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method",
    409: "conflict",
    413: "too_large",
    415: "media_type",
    422: "refused",
    429: "too_many",
}


class ApiError(Exception):
    """A refusal with everything its answer needs."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers or {}


def not_found(what: str, identifier: str) -> ApiError:
    return ApiError(404, "not_found", f"There is no {what} {identifier[:80]}.")


@contextmanager
def refusals(field: str = "") -> Iterator[None]:
    """Turn what lower units refuse into answers: unknown 404, taken 409, wrong words 422."""
    try:
        yield
    except UnknownContactError as error:
        raise ApiError(404, "not_found", _sentence(error), field=field) from error
    except AddressTakenError as error:
        raise ApiError(409, "address_taken", _sentence(error), field=field) from error
    except BadCursorError:
        raise
    except ValueError as error:
        raise ApiError(422, "refused", _sentence(error), field=field) from error


def answer_exception(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorBody]:
    """What the framework calls for everything that is raised."""
    known = _as_api_error(error)
    if known is None:
        get_log("web").error("a request failed", method=request.method, path=request.url.path, exc_info=error)
        known = ApiError(500, "internal", "Something went wrong here; it has been noted.")
    return Response(
        ErrorBody(ErrorDetail(known.code, known.message, known.field)),
        status_code=known.status,
        headers=known.headers,
        media_type="application/json",
    )


def _as_api_error(error: Exception) -> ApiError | None:  # noqa: C901, PLR0911 - one line a kind of failure
    match error:
        case ApiError():
            return error
        case ReplyRefusedError():
            status = _REPLY_STATUS.get(error.code, 422)
            return ApiError(status, error.code, error.message, field=error.field)
        case UnknownError() | TakenError() | WorkRefusedError():
            return _of_work(error)
        case BadCursorError():
            return ApiError(400, "bad_cursor", _sentence(error), field="before")
        case StoreUnavailableError() | SpoolUnavailableError():
            return ApiError(
                503,
                "unavailable",
                "This could not be stored or read now; try again.",
                headers={"retry-after": RETRY_SECONDS},
            )
        case ForgottenError():
            return ApiError(410, "events_forgotten", _sentence(error), field="cursor")
        case RecursionError():
            return ApiError(400, "malformed", "The body is nested too deeply.")
        case UnicodeError():
            return ApiError(400, "malformed", "The request holds text that is not valid Unicode.")
        case ValidationException():
            return _invalid(error)
        case HTTPException():
            return _of_framework(error)
    return None


def _of_work(error: UnknownError | TakenError | WorkRefusedError) -> ApiError:
    match error:
        case UnknownError():
            return ApiError(404, "not_found", _sentence(error))
        case TakenError():
            return ApiError(409, "taken", _sentence(error))
        case WorkRefusedError():
            return ApiError(422, "refused", _sentence(error), field=error.field)


def _invalid(error: ValidationException) -> ApiError:
    extra = error.extra if isinstance(error.extra, list) else []
    first = extra[0] if extra and isinstance(extra[0], dict) else {}
    field = str(first.get("key", ""))[:80]
    message = str(first.get("message", "")) or error.detail
    return ApiError(400, "invalid", _end(message), field=field)


def _of_framework(error: HTTPException) -> ApiError:
    status = error.status_code
    code = _CODES.get(status, "internal" if status >= 500 else "refused")  # noqa: PLR2004 - server errors
    return ApiError(status, code, _end(error.detail), headers=dict(error.headers or {}))


def _sentence(error: Exception) -> str:
    return _end(str(error))


def _end(text: str) -> str:
    text = text.strip()[:MESSAGE_CHARACTERS_MAX] or "The request was refused"
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "…", "?", "!")) else text + "."
