"""What the control API answers, and how it says no."""

import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

BODY_BYTES_MAX = 10 * 1024 * 1024
LIST_LIMIT_MAX = 100_000
BEARER = "bearer "

Input = TypeVar("Input", bound=msgspec.Struct)
Handler = Callable[[Request], Awaitable[Response]]


class ControlError(Exception):
    """Becomes `{"error": {"message", "field"}}`."""

    def __init__(self, status: int, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field


def refuse(message: str, field: str | None = None) -> ControlError:
    return ControlError(HTTPStatus.UNPROCESSABLE_ENTITY, message, field)


def not_found(what: str) -> ControlError:
    return ControlError(HTTPStatus.NOT_FOUND, f"There is no {what}.")


def error_answer(problem: ControlError) -> JSONResponse:
    return JSONResponse(
        {"error": {"message": str(problem), "field": problem.field}}, status_code=problem.status
    )


def is_allowed(connection: HTTPConnection, control_token: str) -> bool:
    """The token in the header, or in the address for pages."""
    header = connection.headers.get("authorization", "")
    given = header[len(BEARER) :] if header.lower().startswith(BEARER) else None
    token = given if given is not None else connection.query_params.get("token", "")
    return hmac.compare_digest(token.encode(), control_token.encode())


def guarded(handler: Handler, control_token: str) -> Handler:
    """The same handler behind the token, its refusals turned into answers."""

    async def answer(request: Request) -> Response:
        if not is_allowed(request, control_token):
            return error_answer(
                ControlError(HTTPStatus.UNAUTHORIZED, "The control token is wrong or missing.")
            )
        try:
            return await handler(request)
        except ControlError as problem:
            return error_answer(problem)

    return answer


async def read_input(request: Request, kind: type[Input]) -> Input:
    """Raises ControlError with the field that is wrong."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise ControlError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This is too long.")
    try:
        return msgspec.json.decode(bytes(body), type=kind)
    except msgspec.ValidationError as problem:
        sentence, _, place = str(problem).partition(" - at `$")
        raise refuse(_plain(sentence), _field(sentence, place)) from problem
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise refuse("This is not JSON.") from problem


def _plain(sentence: str) -> str:
    return sentence.replace("`", "").rstrip(".") + "."


def _field(sentence: str, place: str) -> str | None:
    """The field is behind the place, or, when it is missing or unknown, named in the sentence."""
    name = place.strip("`.").partition("[")[0]
    if name:
        return name
    parts = sentence.split("`")
    return parts[-2] if "field" in sentence and len(parts) > 1 else None


def number_in_query(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdigit() or int(text) > LIST_LIMIT_MAX:
        raise refuse(f"{name} must be a number from 0 to {LIST_LIMIT_MAX}.", name)
    return int(text)


def choice_in_query(request: Request, name: str, choices: tuple[str, ...]) -> str | None:
    value = request.query_params.get(name)
    if value is not None and value not in choices:
        raise refuse(f"{name} must be one of: {', '.join(choices)}.", name)
    return value


def json_of(value: Any, status: int = HTTPStatus.OK) -> JSONResponse:
    return JSONResponse(value, status_code=status)
