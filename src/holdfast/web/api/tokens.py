"""Tokens for programs: made, seen and revoked by owners."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.inbox import Scope
from holdfast.inbox.access import NewToken, TokenView
from holdfast.inbox.model import Page
from holdfast.web.api.parts import ADMIN, TIME_MS_MAX, Asker, Services, plain, refuses
from holdfast.web.errors import not_found, refusals

TokenId = Annotated[str, PathParameter(max_length=100)]


class TokenToMake(msgspec.Struct, frozen=True):
    """``expires_at`` in ms since the epoch, null for never."""

    name: Annotated[str, Meta(max_length=100)]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=3)]
    expires_at: Annotated[int, Meta(ge=0, le=TIME_MS_MAX)] | None = None


class TokensController(Controller):
    path = "/tokens"
    tags = ("Who am I",)

    @get(
        opt=ADMIN, operation_id="listTokens", summary="The tokens, without their secrets", responses=refuses()
    )
    async def tokens(self, services: Services) -> Page[TokenView]:
        return Page(await services.access.tokens())

    @post(opt=ADMIN, operation_id="addToken", summary="Make a token, told this once", responses=refuses(422))
    async def add_token(self, services: Services, principal: Asker, data: JSONBody[TokenToMake]) -> NewToken:
        with refusals("name"):
            return await services.access.create_token(
                data.name, data.scopes, principal.author, data.expires_at
            )

    @delete(
        "/{token_id:str}",
        opt=ADMIN,
        operation_id="revokeToken",
        summary="Revoke a token; it is good for nothing from now on",
        responses=refuses(404),
    )
    async def revoke(self, services: Services, principal: Asker, token_id: TokenId) -> None:
        if not await services.access.revoke_token(plain(token_id), principal.author):
            raise not_found("good token", token_id)
