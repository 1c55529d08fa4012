"""What a member says of another to the agents, takes along, and deletes."""

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from holdfast.inbox.access import Buckets, Rate
from holdfast.kernel import Clock
from holdfast.members import MemberDesk
from holdfast.members.safety import Report
from holdfast.web.direct.asking import take
from holdfast.web.direct.router import Answer, Call, Route

EXPORTS_OF_MEMBER: Final = Rate(burst=5, per_second=1 / 600)

Short = Annotated[str, Meta(max_length=300)]


class ReportToMake(msgspec.Struct, frozen=True):
    reason: Literal["spam", "abuse", "other"]
    member: Short = ""
    message: Short = ""
    thread: Short = ""
    text: Annotated[str, Meta(max_length=4_000)] = ""


class Leaves:
    def __init__(self, *, desk: MemberDesk, clock: Clock) -> None:
        self._desk = desk
        self._exports = Buckets(clock, EXPORTS_OF_MEMBER)

    def routes(self) -> list[Route]:
        return [
            Route("POST", "reports", self._report),
            Route("GET", "me/export", self._export),
            Route("DELETE", "me", self._delete),
        ]

    async def _report(self, call: Call) -> Answer:
        made = await call.body(ReportToMake)
        report = Report(
            member=made.member,
            message=made.message,
            thread=made.thread,
            reason=made.reason,
            text=made.text,
        )
        await self._desk.safety.complain(call.member, report)
        return Answer(202, {})

    async def _export(self, call: Call) -> Answer:
        take(self._exports, call.member.id)
        name = re.sub(r"[^A-Za-z0-9_-]", "", call.member.id)
        disposition = f'attachment; filename="{name}.json"'
        document = await self._desk.leaving.export(call.member.id)
        return Answer(200, document, (("content-disposition", disposition),))

    async def _delete(self, call: Call) -> Answer:
        await self._desk.leaving.delete(call.member.id, f"member:{call.member.id}")
        return Answer(204)
