"""Who answers: agents are let in, changed and let go by owners; everybody changes their own password."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, delete, patch, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.inbox import Role
from holdfast.inbox.access import AgentChange, NewPassword, TooManySignInsError
from holdfast.web.api.conversations import agent_of
from holdfast.web.api.gate import too_many
from holdfast.web.api.parts import ADMIN, READ, Asker, Name, Services, asgi_scope, plain, refuses
from holdfast.web.errors import ApiError
from holdfast.web.identify import session_of

AgentId = Annotated[str, PathParameter(max_length=100)]
Password = Annotated[str, Meta(max_length=1_000)]


class NewAgent(msgspec.Struct, frozen=True):
    """``role``: a viewer reads, an agent answers, an owner changes settings."""

    email: Annotated[str, Meta(max_length=254)]
    name: Name
    role: Role = Role.AGENT


class OwnPassword(msgspec.Struct, frozen=True):
    current: Password
    new: Password


class AgentsController(Controller):
    tags = ("Work",)

    @post(
        "/agents",
        opt=ADMIN,
        operation_id="addAgent",
        summary="Let somebody in; their first password is told this once",
        responses=refuses(409, 422),
    )
    async def add_agent(self, services: Services, principal: Asker, data: JSONBody[NewAgent]) -> NewPassword:
        return await services.agents.add(data.email, data.name, data.role, principal.author)

    @patch(
        "/agents/{agent_id:str}",
        opt=ADMIN,
        status_code=204,
        operation_id="changeAgent",
        summary="Change an agent's name, role or capacity",
        responses=refuses(404, 422),
    )
    async def change_agent(
        self, services: Services, principal: Asker, agent_id: AgentId, data: JSONBody[AgentChange]
    ) -> None:
        await services.agents.change(plain(agent_id), data, principal.author)

    @delete(
        "/agents/{agent_id:str}",
        opt=ADMIN,
        operation_id="removeAgent",
        summary="Let an agent in no more; what they had goes back to nobody",
        responses=refuses(404, 422),
    )
    async def remove_agent(self, services: Services, principal: Asker, agent_id: AgentId) -> None:
        await services.agents.remove(plain(agent_id), principal.author)

    @post(
        "/agents/{agent_id:str}/password",
        opt=ADMIN,
        operation_id="newPassword",
        summary="Give an agent a new password, told this once; all their sign-ins end",
        responses=refuses(404),
    )
    async def new_password(self, services: Services, principal: Asker, agent_id: AgentId) -> NewPassword:
        return await services.agents.new_password(plain(agent_id), principal.author)

    @put(
        "/me/password",
        opt=READ,
        status_code=204,
        operation_id="changeOwnPassword",
        summary="Change one's own password; all other sign-ins end",
        responses=refuses(422),
    )
    async def change_own_password(
        self,
        request: Request[Any, Any, Any],
        services: Services,
        principal: Asker,
        data: JSONBody[OwnPassword],
    ) -> None:
        if principal.kind != "agent":
            raise ApiError(422, "refused", "Only people have a password.")
        session = session_of(asgi_scope(request)) or ""
        try:
            await services.agents.change_own_password(agent_of(principal), data.current, data.new, session)
        except TooManySignInsError as error:
            raise too_many(error.wait_seconds) from error
