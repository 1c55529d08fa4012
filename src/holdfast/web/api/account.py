"""Who am I: signing in and out."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody
from msgspec import Meta

from holdfast.inbox import Principal
from holdfast.inbox.access import SignInRefusedError, TooManySignInsError
from holdfast.web.api.gate import too_many
from holdfast.web.api.parts import OPEN, READ, Asker, Services, asgi_scope, refuses
from holdfast.web.asgi import client_address
from holdfast.web.errors import ApiError
from holdfast.web.identify import COOKIE, session_of
from holdfast.web.services import WebServices


class HubView(msgspec.Struct, frozen=True):
    name: str
    status_url: str
    chat_url: str
    undo_seconds: float


class MeView(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking; ``csrf`` is empty for a token, and so is ``id``, which is an agent's. ``undo_seconds`` of the hub:
    how long a reply is held after Send in the console.
    ``cursor``: where the events were, for whoever reads lists from here on and then follows the stream.
    """

    id: str
    kind: str
    name: str
    role: str
    scopes: list[str]
    csrf: str
    cursor: int
    hub: HubView


class SignIn(msgspec.Struct, frozen=True):
    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=1_000)]


class AccountController(Controller):
    tags = ("Who am I",)

    @get("/me", opt=READ, operation_id="me", summary="Who is asking", responses=refuses())
    async def me(self, services: Services, principal: Asker) -> MeView:
        return await me_view(services, principal)

    @post(
        "/auth/sign-in",
        opt=OPEN,
        status_code=200,
        operation_id="signIn",
        summary="Sign in with a password",
        security=[{}],
        responses=refuses(),
    )
    async def sign_in(
        self, request: Request[Any, Any, Any], services: Services, data: JSONBody[SignIn]
    ) -> Response[MeView]:
        address = client_address(asgi_scope(request))
        try:
            session = await services.access.sign_in(email=data.email, password=data.password, address=address)
        except TooManySignInsError as error:
            raise too_many(error.wait_seconds) from error
        except SignInRefusedError as error:
            sentence = "This address and password do not belong together."
            raise ApiError(401, "wrong_sign_in", sentence) from error
        cookie = session_cookie(services, session.token, session.seconds)
        return Response(await me_view(services, session.principal), cookies=[cookie])

    @post(
        "/auth/sign-out",
        opt=READ,
        status_code=204,
        operation_id="signOut",
        summary="End this session",
        response_cookies=[Cookie(key=COOKIE, value="", max_age=0, path="/", httponly=True, samesite="lax")],
        responses=refuses(),
    )
    async def sign_out(self, request: Request[Any, Any, Any], services: Services) -> None:
        session = session_of(asgi_scope(request))
        if session:
            await services.access.sign_out(session)


async def me_view(services: WebServices, principal: Principal) -> MeView:
    settings = services.settings
    chat = next((face.id for face in services.faces().values() if face.platform == "direct"), "")
    return MeView(
        id=principal.author.removeprefix("agent:") if principal.kind == "agent" else "",
        kind=principal.kind,
        name=principal.name,
        role=principal.role.value,
        scopes=sorted(scope.value for scope in principal.scopes),
        csrf=principal.csrf,
        cursor=await services.events.last(),
        hub=HubView(
            name=settings.hub.name,
            status_url=settings.status_url,
            chat_url=f"{settings.public_url}/chat/{chat.partition(':')[2]}" if chat else "",
            undo_seconds=settings.outbox.undo_seconds,
        ),
    )


def session_cookie(services: WebServices, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=services.settings.public_url.startswith("https://"),
    )
