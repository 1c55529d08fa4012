"""What a person tells before they write, and whether they may be reached elsewhere."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import Members, ProfileChange
from holdfast.web.asgi import header
from holdfast.web.direct.asking import take
from holdfast.web.direct.router import Answer, Call, Route
from holdfast.web.errors import ApiError
from holdfast.widget import Given, Leads, Setups, WidgetRefusedError

ANSWERS_OF_MEMBER: Final = Rate(burst=20, per_second=0.1)
ANSWERS_AT_ONCE: Final = 20


class AnswerGiven(msgspec.Struct, frozen=True):
    id: Annotated[str, Meta(max_length=100)]
    value: Annotated[str, Meta(max_length=4_000)]
    label: Annotated[str, Meta(max_length=1_000)] = ""


class AnswersGiven(msgspec.Struct, frozen=True):
    """``consent``: the words that were ticked, empty where they were not."""

    channel: Annotated[str, Meta(max_length=100)] = ""
    answers: Annotated[list[AnswerGiven], Meta(max_length=ANSWERS_AT_ONCE)] = []
    consent: Annotated[str, Meta(max_length=2_000)] = ""


class LeadRoutes:
    def __init__(self, *, leads: Leads, setups: Setups, members: Members, clock: Clock) -> None:
        self._leads = leads
        self._setups = setups
        self._members = members
        self._given = Buckets(clock, ANSWERS_OF_MEMBER)

    def routes(self) -> list[Route]:
        return [
            Route("PUT", "me/answers", self._answer),
            Route("DELETE", "me/consents", self._withdraw),
        ]

    async def _answer(self, call: Call) -> Answer:
        take(self._given, call.member.id)
        told = await call.body(AnswersGiven)
        setup = await self._setups.shown(f"direct:{told.channel or 'web'}")
        try:
            answers = await self._leads.answer(
                member_id=call.member.id,
                setup=setup,
                given=[Given(id=each.id, label=each.label, value=each.value) for each in told.answers],
                ticked=told.consent,
                site=header(call.scope, b"origin"),
            )
        except WidgetRefusedError as error:
            raise ApiError(422, error.code, error.message, field=error.field) from error
        name = next((each.answer for each in answers if each.kind == "name"), "")
        if name and not call.member.name:
            await self._members.change(call.session, ProfileChange(name=name))
        return Answer(204)

    async def _withdraw(self, call: Call) -> Answer:
        await self._leads.withdraw(call.member.id)
        return Answer(204)
