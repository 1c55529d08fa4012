"""Keeping members safe: complaints, the standing of members, rules and limits."""

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from holdfast.members import MemberDesk, UnknownMemberError
from holdfast.members.safety import (
    ComplaintPage,
    MemberPage,
    MemberView,
    Rule,
    RuleKind,
    SafetySettings,
    Verdict,
)
from holdfast.web.api.parts import (
    ADMIN,
    READ,
    TIME_MS_MAX,
    WRITE,
    Asker,
    Search,
    Services,
    ShortText,
    refuses,
)
from holdfast.web.errors import ApiError, not_found, refusals

BEFORE_CHARACTERS_MAX: Final = 100

Place = Annotated[
    str, QueryParameter(max_length=BEFORE_CHARACTERS_MAX, description="The `next` of the page before.")
]
Id = Annotated[str, PathParameter(max_length=100)]
State = Annotated[
    Literal["open", "dismissed", "acted"], QueryParameter(name="state", description="How they were decided.")
]
Standing = Annotated[
    Literal["any", "in_question"], QueryParameter(description="Whether only those who do not stand well.")
]
Until = Annotated[int, Meta(ge=0, le=TIME_MS_MAX)]


class VerdictToGive(msgspec.Struct, frozen=True):
    """``text`` is what the member is told; ``until`` (ms) ends a mute, without it only a person does."""

    decision: Literal["dismiss", "warn", "mute", "ban"]
    text: ShortText = ""
    until: Until | None = None


class StandingToGive(msgspec.Struct, frozen=True):
    standing: Literal["good", "muted", "banned"]
    reason: ShortText = ""
    until: Until | None = None


class WarningToGive(msgspec.Struct, frozen=True):
    text: ShortText


class RuleToAdd(msgspec.Struct, frozen=True):
    kind: Literal["email", "network", "word", "domain"]
    value: Annotated[str, Meta(max_length=300)]
    note: Annotated[str, Meta(max_length=300)] = ""


class RulesView(msgspec.Struct, frozen=True):
    items: list[Rule]


class OpenView(msgspec.Struct, frozen=True):
    """How many complaints nobody has decided; counted up to a thousand."""

    open: int


class SafetyController(Controller):
    path = "/safety"
    tags = ("Safety",)

    @get("/open", opt=READ, responses=refuses())
    async def count_open(self, services: Services) -> OpenView:
        """Count the complaints that wait for a decision."""
        return OpenView(await desk_of(services).safety.count_open())

    @get("/complaints", opt=WRITE, responses=refuses())
    async def list_complaints(
        self,
        services: Services,
        decided: State = "open",
        before: Place = "",
    ) -> ComplaintPage:
        """List complaints, newest first."""
        return await desk_of(services).safety.complaints(decided, before)

    @post("/complaints/{complaint_id:str}/verdict", status_code=204, opt=WRITE, responses=refuses(404, 422))
    async def decide(
        self, services: Services, principal: Asker, complaint_id: Id, data: JSONBody[VerdictToGive]
    ) -> None:
        """Decide a complaint, once; a mute or a ban decides all that are open about the member."""
        verdict = Verdict(decision=data.decision, text=data.text, until=data.until)
        try:
            with refusals("decision"):
                await desk_of(services).safety.decide(complaint_id, verdict, principal.author)
        except UnknownMemberError as error:
            raise ApiError(422, "refused", "The member is not there any more.") from error
        except LookupError as error:
            raise not_found("complaint", complaint_id) from error

    @get("/members", opt=WRITE, responses=refuses())
    async def list_members(
        self,
        services: Services,
        words: Search = "",
        standing: Standing = "any",
        before: Place = "",
    ) -> MemberPage:
        """List members, newest first, or find them by id, handle, address, or how the name begins."""
        return await desk_of(services).safety.members(words, before, in_question=standing == "in_question")

    @get("/members/{member_id:str}", opt=WRITE, responses=refuses(404))
    async def get_member(self, services: Services, member_id: Id) -> MemberView:
        """Get a member."""
        try:
            return await desk_of(services).safety.member(member_id)
        except UnknownMemberError as error:
            raise not_found("member", member_id) from error

    @put("/members/{member_id:str}/standing", opt=WRITE, responses=refuses(404, 422))
    async def set_standing(
        self, services: Services, principal: Asker, member_id: Id, data: JSONBody[StandingToGive]
    ) -> MemberView:
        """Mute or ban a member, or let them be as others again; they are told the reason."""
        try:
            with refusals("standing"):
                return await desk_of(services).safety.stand(
                    member_id, data.standing, reason=data.reason, until=data.until, by=principal.author
                )
        except UnknownMemberError as error:
            raise not_found("member", member_id) from error

    @post("/members/{member_id:str}/warning", status_code=200, opt=WRITE, responses=refuses(404, 422))
    async def warn(
        self, services: Services, principal: Asker, member_id: Id, data: JSONBody[WarningToGive]
    ) -> MemberView:
        """Warn a member; they see it on their page."""
        try:
            with refusals("text"):
                return await desk_of(services).safety.warn(member_id, data.text, principal.author)
        except UnknownMemberError as error:
            raise not_found("member", member_id) from error

    @get("/members/{member_id:str}/export", opt=ADMIN, responses=refuses(404))
    async def export_member(self, services: Services, member_id: Id) -> dict[str, Any]:
        """Everything that is kept of a member, as they can have it themselves."""
        try:
            return await desk_of(services).leaving.export(member_id)
        except UnknownMemberError as error:
            raise not_found("member", member_id) from error

    @delete("/members/{member_id:str}", opt=ADMIN, responses=refuses(404))
    async def delete_member(self, services: Services, principal: Asker, member_id: Id) -> None:
        """Delete a member's account, as they can themselves."""
        try:
            await desk_of(services).leaving.delete(member_id, principal.author)
        except UnknownMemberError as error:
            raise not_found("member", member_id) from error

    @get("/rules", opt=WRITE, responses=refuses())
    async def list_rules(self, services: Services) -> RulesView:
        """List who and what is kept out."""
        return RulesView(await desk_of(services).safety.rules())

    @post("/rules", opt=WRITE, responses=refuses(422))
    async def add_rule(self, services: Services, principal: Asker, data: JSONBody[RuleToAdd]) -> Rule:
        """Keep out an email address, a network, a word or a domain of links."""
        kind: RuleKind = data.kind
        with refusals("value"):
            return await desk_of(services).safety.add_rule(kind, data.value, data.note, principal.author)

    @delete("/rules/{rule_id:str}", opt=WRITE, responses=refuses(404))
    async def remove_rule(self, services: Services, principal: Asker, rule_id: Id) -> None:
        """Remove a rule."""
        if not await desk_of(services).safety.drop_rule(rule_id, principal.author):
            raise not_found("rule", rule_id)

    @get("/settings", opt=WRITE, responses=refuses())
    async def get_settings(self, services: Services) -> SafetySettings:
        """Get the limits for members."""
        return desk_of(services).safety.settings

    @put("/settings", opt=ADMIN, responses=refuses(422))
    async def set_settings(
        self, services: Services, principal: Asker, data: JSONBody[SafetySettings]
    ) -> SafetySettings:
        """Set the limits for members."""
        return await desk_of(services).safety.change_settings(data, principal.author)


def desk_of(services: Services) -> MemberDesk:
    """Raises ApiError where this hub has guests alone."""
    if services.member_desk is None:
        raise ApiError(404, "not_found", "This hub has no members.")
    return services.member_desk
