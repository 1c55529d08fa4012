"""Errors in the Graph API's shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from holdfast_simulators.wire import Answer, json_answer
from holdfast_simulators.world import World

TRACE_LETTERS = 22


@dataclass(kw_only=True, eq=False)
class GraphError(Exception):
    """Raised by a handler; becomes an answer of this shape."""

    code: int
    message: str
    status: int = HTTPStatus.BAD_REQUEST
    subcode: int | None = None
    transient: bool = False
    details: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, world: World) -> Answer:
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.message}",
            "type": "OAuthException",
            "code": self.code,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        error["fbtrace_id"] = "A" + world.letters(TRACE_LETTERS)
        return json_answer({"error": error}, status=self.status, headers=self.headers)


def no_such_object(name: str) -> GraphError:
    return GraphError(
        code=100,
        subcode=33,
        message=f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation",
    )


def bad_parameter(message: str, subcode: int | None = None) -> GraphError:
    return GraphError(code=100, subcode=subcode, message=message)


def bad_token(status: int = HTTPStatus.BAD_REQUEST) -> GraphError:
    return GraphError(
        code=190,
        status=status,
        message="Error validating access token: the session is invalid or has expired.",
    )


def temporary(world: World) -> GraphError:
    status = world.random.choice((HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE))
    return GraphError(code=2, status=status, message="Service temporarily unavailable", transient=True)
