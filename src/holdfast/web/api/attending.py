"""Who else has a conversation open."""

from typing import Annotated

import msgspec
from litestar import Controller, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation
from msgspec import Meta

from holdfast.inbox.model import Page
from holdfast.web.api.conversations import agent_of
from holdfast.web.api.parts import READ, Asker, plain, refuses
from holdfast.web.attendance import Attendance, Attending, Doing

Desk = NamedDependency[SkipValidation[Attendance]]


class Attention(msgspec.Struct, frozen=True):
    """What one page (``page``: its own name, made up by it) of an agent shows; no ``conversation_id`` for none."""

    page: Annotated[str, Meta(min_length=1, max_length=100)]
    conversation_id: Annotated[str, Meta(max_length=100)] = ""
    doing: Doing = "looking"


class AttendingController(Controller):
    tags = ("Team",)

    @put(
        "/me/attention",
        opt=READ,
        operation_id="setAttention",
        summary="Say which conversation a page of the asker shows, and learn who has which open",
        responses=refuses(),
    )
    async def attend(self, principal: Asker, attendance: Desk, data: JSONBody[Attention]) -> Page[Attending]:
        if principal.kind == "agent":
            attendance.note(agent_of(principal), plain(data.page), plain(data.conversation_id), data.doing)
        return Page(attendance.attending())
