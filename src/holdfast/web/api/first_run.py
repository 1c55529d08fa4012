"""A fresh hub: its owner, and the guide to a first message answered."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post, put
from litestar.params import JSONBody
from msgspec import Meta

from holdfast.inbox.access import TooManySignInsError
from holdfast.inbox.first_run import FirstRun, WrongSetupCodeError, dismiss_first_run, first_run
from holdfast.web.api.account import MeView, me_view, session_cookie
from holdfast.web.api.gate import too_many
from holdfast.web.api.parts import ADMIN, OPEN, READ, Name, Services, asgi_scope, refuses
from holdfast.web.asgi import client_address
from holdfast.web.errors import ApiError


class SetupView(msgspec.Struct, frozen=True):
    """``needed``: nobody can sign in yet."""

    needed: bool


class Setup(msgspec.Struct, frozen=True):
    """``code`` stands in the file ``setup-code`` of the hub's data directory, and in its log."""

    code: Annotated[str, Meta(max_length=100)]
    email: Annotated[str, Meta(max_length=254)]
    name: Name
    password: Annotated[str, Meta(max_length=1_000)]


class Dismissal(msgspec.Struct, frozen=True):
    over: bool


class FirstRunController(Controller):
    tags = ("First run",)

    @get(
        "/setup",
        opt=OPEN,
        operation_id="setupState",
        summary="Whether this hub has no owner yet",
        security=[{}],
        responses=refuses(),
    )
    async def state(self, services: Services) -> SetupView:
        return SetupView(services.first_owner is not None and await services.first_owner.is_wanted())

    @post(
        "/setup",
        opt=OPEN,
        operation_id="setUp",
        summary="Become the owner of a fresh hub, with the code from its machine",
        security=[{}],
        responses=refuses(409, 422),
    )
    async def set_up(
        self, request: Request[Any, Any, Any], services: Services, data: JSONBody[Setup]
    ) -> Response[MeView]:
        if services.first_owner is None:
            raise ApiError(409, "taken", "This hub has an owner already; sign in.")
        address = client_address(asgi_scope(request))
        given = msgspec.structs.asdict(data)
        try:
            session = await services.first_owner.become(**given, address=address)
        except TooManySignInsError as error:
            raise too_many(error.wait_seconds) from error
        except WrongSetupCodeError as error:
            sentence = "This is not the code; it stands in the file setup-code in the hub's data directory."
            raise ApiError(422, "wrong_code", sentence, field="code") from error
        cookie = session_cookie(services, session.token, session.seconds)
        return Response(await me_view(services, session.principal), cookies=[cookie])

    @get(
        "/first-run",
        opt=READ,
        operation_id="firstRun",
        summary="How far this hub has come to a first message answered",
        responses=refuses(),
    )
    async def first_run(self, services: Services) -> FirstRun:
        return await services.database.read(first_run, has_channel=bool(services.channels()))

    @put(
        "/first-run",
        opt=ADMIN,
        status_code=204,
        operation_id="endFirstRun",
        summary="Show the guide no more",
        responses=refuses(422),
    )
    async def dismiss(self, services: Services, data: JSONBody[Dismissal]) -> None:
        if not data.over:
            raise ApiError(422, "refused", "What is over does not begin again.", field="over")
        await services.database.write(dismiss_first_run, services.clock.now_ms())
