"""What the public is told in advance, and who is told: maintenance and subscribers."""

from typing import Annotated, Final, Literal

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from holdfast.inbox.model import Page
from holdfast.status.maintenance import TEXT_CHARACTERS_MAX, TITLE_CHARACTERS_MAX, Maintenance
from holdfast.status.subscribers import Kind, Subscriber, SubscriptionRefusedError, Subscriptions
from holdfast.status.works import MaintenanceRefusedError, Maintenances
from holdfast.web.api.parts import ADMIN, READ, WRITE, Asker, Before, Limit, Services, plain, refuses
from holdfast.web.errors import ApiError, not_found

SUBSCRIBERS_DEFAULT: Final = 100
TIME_MS_MAX: Final = 2**53 - 1
ThingId = Annotated[str, PathParameter(max_length=100)]
At = Annotated[int, Meta(ge=0, le=TIME_MS_MAX)]


class MaintenanceView(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: scheduled, in_progress, completed or cancelled; no ``channels`` means all. Times in ms."""

    id: str
    title: str
    text: str
    channels: list[str]
    starts_at: int
    ends_at: int
    state: str
    announced_at: int
    announced_by: str
    cancelled_at: int | None


class NewMaintenance(msgspec.Struct, frozen=True, kw_only=True):
    title: Annotated[str, Meta(min_length=1, max_length=TITLE_CHARACTERS_MAX)]
    text: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""
    channels: Annotated[list[str], Meta(max_length=100)] = []
    starts_at: At
    ends_at: At


class ChangedMaintenance(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is to be different; no ``channels`` at all means all of them."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_CHARACTERS_MAX)] | None = None
    text: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] | None = None
    channels: Annotated[list[str], Meta(max_length=100)] | None = None
    starts_at: At | None = None
    ends_at: At | None = None


class SubscriberCount(msgspec.Struct, frozen=True):
    kind: str
    state: str
    count: int


class SubscriberView(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: asked, active or disabled; no ``channels`` means all, ``posts`` among them new posts, and beside
    those ``*`` all channels. Times in ms.
    """

    id: str
    kind: str
    address: str
    channels: list[str]
    state: str
    asked_at: int
    confirmed_at: int | None
    failing_since: int | None
    problem: str


class NewSubscriber(msgspec.Struct, frozen=True, kw_only=True):
    """``confirmed``: their consent is known from elsewhere, and they are not asked."""

    kind: Literal["email", "webhook"]
    address: Annotated[str, Meta(min_length=1, max_length=2_000)]
    channels: Annotated[list[str], Meta(max_length=100)] = []
    confirmed: bool = False


class Taken(msgspec.Struct, frozen=True):
    """``asked``: they get a question first; ``active``: they are told from now on."""

    state: Literal["asked", "active"]


class MaintenancesController(Controller):
    path = "/maintenances"
    tags = ("Maintenance and subscribers",)

    @get(
        opt=READ,
        operation_id="listMaintenances",
        summary="Announced maintenance of the last 90 days and to come, the latest start first",
        responses=refuses(),
    )
    async def list_maintenances(self, services: Services) -> Page[MaintenanceView]:
        now = services.clock.now_ms()
        return Page([_view(work, now) for work in await _works(services).recent()])

    @post(
        opt=WRITE,
        operation_id="announceMaintenance",
        summary="Announce maintenance: on the status page, in feeds and to subscribers",
        responses=refuses(422),
    )
    async def announce(
        self, services: Services, principal: Asker, data: JSONBody[NewMaintenance]
    ) -> MaintenanceView:
        try:
            work = await _works(services).announce(
                title=plain(data.title),
                text=plain(data.text),
                channels=[plain(channel) for channel in data.channels],
                starts_at=data.starts_at,
                ends_at=data.ends_at,
                by=principal.author,
            )
        except MaintenanceRefusedError as error:
            raise ApiError(422, "refused", str(error), field=error.field) from error
        return _view(work, services.clock.now_ms())

    @patch(
        "/{maintenance_id:str}",
        opt=WRITE,
        operation_id="changeMaintenance",
        summary="Change what is to come, or the words and the end of what goes on; subscribers are told",
        responses=refuses(404, 409, 422),
    )
    async def change(
        self,
        services: Services,
        principal: Asker,
        maintenance_id: ThingId,
        data: JSONBody[ChangedMaintenance],
    ) -> MaintenanceView:
        try:
            work = await _works(services).change(
                plain(maintenance_id),
                by=principal.author,
                title=None if data.title is None else plain(data.title),
                text=None if data.text is None else plain(data.text),
                channels=None if data.channels is None else [plain(each) for each in data.channels],
                starts_at=data.starts_at,
                ends_at=data.ends_at,
            )
        except LookupError as error:
            raise not_found("maintenance", maintenance_id) from error
        except MaintenanceRefusedError as error:
            if error.field:
                raise ApiError(422, "refused", str(error), field=error.field) from error
            raise ApiError(409, "wrong_time", str(error)) from error
        return _view(work, services.clock.now_ms())

    @post(
        "/{maintenance_id:str}/end",
        opt=WRITE,
        operation_id="endMaintenance",
        summary="Say that maintenance that goes on is done",
        status_code=200,
        responses=refuses(404, 409),
    )
    async def end(self, services: Services, principal: Asker, maintenance_id: ThingId) -> MaintenanceView:
        return await _change(services, maintenance_id, "end", principal.author)

    @post(
        "/{maintenance_id:str}/cancel",
        opt=WRITE,
        operation_id="cancelMaintenance",
        summary="Call off maintenance that has not begun",
        status_code=200,
        responses=refuses(404, 409),
    )
    async def cancel(self, services: Services, principal: Asker, maintenance_id: ThingId) -> MaintenanceView:
        return await _change(services, maintenance_id, "cancel", principal.author)


class SubscribersController(Controller):
    path = "/subscribers"
    tags = ("Maintenance and subscribers",)

    @get(
        opt=ADMIN,
        operation_id="listSubscribers",
        summary="Who is told of incidents and maintenance, the oldest first",
        responses=refuses(),
    )
    async def list_subscribers(
        self,
        services: Services,
        kind: Annotated[Literal["", "email", "webhook"], QueryParameter()] = "",
        which: Annotated[Literal["", "asked", "active", "disabled"], QueryParameter(name="state")] = "",
        limit: Limit = SUBSCRIBERS_DEFAULT,
        before: Before = None,
    ) -> Page[SubscriberView]:
        found = await _subscriptions(services).page(plain(before or ""), kind, limit, state=which)
        following = found[-1].id if len(found) == limit else None
        return Page([_shown(each) for each in found], following)

    @get(
        "/counts",
        opt=ADMIN,
        operation_id="countSubscribers",
        summary="How many subscribers there are of each kind and state",
        responses=refuses(),
    )
    async def count(self, services: Services) -> Page[SubscriberCount]:
        counts = await _subscriptions(services).counts()
        return Page([SubscriberCount(kind.value, state.value, number) for kind, state, number in counts])

    @post(
        opt=ADMIN,
        operation_id="addSubscriber",
        summary="Ask an address whether it wants to be told, or add one whose consent is known",
        responses=refuses(422),
    )
    async def add(self, services: Services, data: JSONBody[NewSubscriber]) -> Taken:
        subscriptions = _subscriptions(services)
        channels = [plain(channel) for channel in data.channels]
        try:
            if data.confirmed:
                await subscriptions.add(Kind(data.kind), plain(data.address), channels)
                return Taken("active")
            await subscriptions.ask(Kind(data.kind), plain(data.address), channels)
        except SubscriptionRefusedError as error:
            raise ApiError(422, "refused", str(error), field=error.field) from error
        return Taken("asked")

    @delete(
        "/{subscriber_id:str}",
        opt=ADMIN,
        operation_id="removeSubscriber",
        summary="Forget a subscriber",
        responses=refuses(404),
    )
    async def remove(self, services: Services, subscriber_id: ThingId) -> None:
        if not await _subscriptions(services).remove(plain(subscriber_id)):
            raise not_found("subscriber", subscriber_id)


async def _change(
    services: Services, maintenance_id: str, what: Literal["end", "cancel"], by: str
) -> MaintenanceView:
    works = _works(services)
    try:
        change = works.end if what == "end" else works.cancel
        work = await change(plain(maintenance_id), by)
    except LookupError as error:
        raise not_found("maintenance", maintenance_id) from error
    except MaintenanceRefusedError as error:
        raise ApiError(409, "wrong_time", str(error)) from error
    return _view(work, services.clock.now_ms())


def _works(services: Services) -> Maintenances:
    if services.maintenances is None:
        raise ApiError(404, "not_found", "This hub announces no maintenance.")
    return services.maintenances


def _subscriptions(services: Services) -> Subscriptions:
    if services.subscriptions is None:
        raise ApiError(404, "not_found", "This hub has no subscribers.")
    return services.subscriptions


def _view(work: Maintenance, now: int) -> MaintenanceView:
    return MaintenanceView(
        id=work.id,
        title=work.title,
        text=work.text,
        channels=list(work.channels),
        starts_at=work.starts_at,
        ends_at=work.ends_at,
        state=work.phase(now).value,
        announced_at=work.announced_at,
        announced_by=work.announced_by,
        cancelled_at=work.cancelled_at,
    )


def _shown(each: Subscriber) -> SubscriberView:
    return SubscriberView(
        id=each.id,
        kind=each.kind.value,
        address=each.address,
        channels=list(each.channels),
        state=each.state.value,
        asked_at=each.asked_at,
        confirmed_at=each.confirmed_at,
        failing_since=each.failing_since,
        problem=each.problem,
    )
