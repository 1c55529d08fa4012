"""Targets: within which time people are to be answered."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.inbox.model import Page
from holdfast.targets import Target
from holdfast.targets.model import TARGETS_MAX
from holdfast.web.api.parts import ADMIN, READ, Asker, Name, Services, ShortText, plain, refuses

Id = Annotated[str, PathParameter(max_length=100)]
Within = Annotated[int, Meta(ge=0, le=2**53)]


class TargetToPut(msgspec.Struct, frozen=True, kw_only=True):
    """``channels``: none named means all of them; ``label`` is an id, empty for whatever label. Each ``…_within_ms``
    is a minute to 30 days, or null: nothing is promised. ``in_hours``: time counts in opening hours only.
    """

    name: Name
    channels: Annotated[list[ShortText], Meta(max_length=100)] = []
    label: ShortText = ""
    first_within_ms: Within | None = None
    next_within_ms: Within | None = None
    resolved_within_ms: Within | None = None
    in_hours: bool = False


class Order(msgspec.Struct, frozen=True):
    """Every target once, in the order in which they are asked whether they fit."""

    ids: Annotated[list[ShortText], Meta(max_length=TARGETS_MAX)]


class TargetsController(Controller):
    path = "/targets"
    tags = ("Targets",)

    @get(
        opt=READ,
        operation_id="listTargets",
        summary="The targets, in the order in which they are asked whether they fit",
        responses=refuses(),
    )
    async def targets(self, services: Services) -> Page[Target]:
        return Page(await services.targets.all())

    @post(opt=ADMIN, operation_id="addTarget", summary="Add a target", responses=refuses(409, 422))
    async def add(self, services: Services, principal: Asker, data: JSONBody[TargetToPut]) -> Target:
        return await services.targets.put(_target("", data), principal.author)

    @put(
        "/order",
        opt=ADMIN,
        operation_id="orderTargets",
        summary="Ask them in another order",
        responses=refuses(422),
    )
    async def order(self, services: Services, principal: Asker, data: JSONBody[Order]) -> Page[Target]:
        return Page(await services.targets.order([plain(each) for each in data.ids], principal.author))

    @put(
        "/{target_id:str}",
        opt=ADMIN,
        operation_id="changeTarget",
        summary="Change a target, for who waits and for what comes",
        responses=refuses(404, 409, 422),
    )
    async def change(
        self, services: Services, principal: Asker, target_id: Id, data: JSONBody[TargetToPut]
    ) -> Target:
        return await services.targets.put(_target(plain(target_id), data), principal.author)

    @delete(
        "/{target_id:str}",
        opt=ADMIN,
        operation_id="removeTarget",
        summary="Promise this no more; what was counted stays",
        responses=refuses(404),
    )
    async def remove(self, services: Services, principal: Asker, target_id: Id) -> None:
        await services.targets.remove(plain(target_id), principal.author)


def _target(target_id: str, data: TargetToPut) -> Target:
    values = msgspec.structs.asdict(data)
    return Target(**{**values, "id": target_id, "channels": tuple(data.channels)})
