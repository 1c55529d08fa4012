"""Who can be reached if a channel fails now, and asking the others for a second address."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from holdfast.contacts.campaigns import Campaign, Campaigns, NewCampaign
from holdfast.contacts.reachability import ContactReach, Reach, Reachability
from holdfast.inbox.model import Page
from holdfast.web.api.parts import ADMIN, READ, Asker, Name, Services, ShortText, plain, refuses
from holdfast.web.errors import ApiError
from holdfast.web.services import WebServices

Id = Annotated[str, PathParameter(max_length=100)]
Days = Annotated[
    int, QueryParameter(ge=1, le=365, description="Who wrote within so many days; 90 by default.")
]


class CampaignToMake(msgspec.Struct, frozen=True):
    """``text`` has ``{link}``, and may have ``{name}`` and ``{business}``; no channels stand for all."""

    name: Name
    text: Annotated[str, Meta(max_length=5_000)]
    channels: Annotated[list[ShortText], Meta(max_length=100)] = []
    days: int = 90
    per_minute: int = 20


class ReachabilityController(Controller):
    tags = ("Reachability",)

    @get(
        "/reachability",
        opt=READ,
        operation_id="getReachability",
        summary="How many can be reached if a channel fails now, and what would raise it",
        responses=refuses(),
    )
    async def count(self, services: Services, days: Days = 90) -> Reach:
        return await _reachability(services).count(days)

    @get(
        "/contacts/{contact_id:str}/reachability",
        opt=READ,
        operation_id="contactReachability",
        summary="How one person is reached if a channel fails on which they write",
        responses=refuses(404),
    )
    async def of_contact(self, services: Services, contact_id: Id) -> Page[ContactReach]:
        return Page(await _reachability(services).of_contact(plain(contact_id)))

    @get(
        "/campaigns",
        opt=READ,
        operation_id="listCampaigns",
        summary="Campaigns with their results, the newest first",
        responses=refuses(),
    )
    async def campaigns(self, services: Services) -> Page[Campaign]:
        return Page(await _campaigns(services).all())

    @get(
        "/campaigns/{campaign_id:str}",
        opt=READ,
        operation_id="getCampaign",
        summary="One campaign",
        responses=refuses(404),
    )
    async def campaign(self, services: Services, campaign_id: Id) -> Campaign:
        return await _campaigns(services).get(plain(campaign_id))

    @post(
        "/campaigns",
        opt=ADMIN,
        operation_id="makeCampaign",
        summary="Draft a campaign; nobody is asked before it is started",
        responses=refuses(422),
    )
    async def make(self, services: Services, principal: Asker, data: JSONBody[CampaignToMake]) -> Campaign:
        wanted = NewCampaign(
            name=data.name,
            text=data.text,
            channels=tuple(plain(each) for each in data.channels),
            days=data.days,
            per_minute=data.per_minute,
        )
        return await _campaigns(services).make(wanted, principal.author)

    @post(
        "/campaigns/{campaign_id:str}/start",
        opt=ADMIN,
        status_code=200,
        operation_id="startCampaign",
        summary="Let a campaign ask people, from now or again",
        responses=refuses(404, 409, 422),
    )
    async def start(self, services: Services, principal: Asker, campaign_id: Id) -> Campaign:
        return await _campaigns(services).start(plain(campaign_id), principal.author)

    @post(
        "/campaigns/{campaign_id:str}/stop",
        opt=ADMIN,
        status_code=200,
        operation_id="stopCampaign",
        summary="Let a campaign ask nobody more",
        responses=refuses(404, 409),
    )
    async def stop(self, services: Services, principal: Asker, campaign_id: Id) -> Campaign:
        return await _campaigns(services).stop(plain(campaign_id), principal.author)

    @delete(
        "/campaigns/{campaign_id:str}",
        opt=ADMIN,
        operation_id="deleteCampaign",
        summary="Delete a campaign that has asked nobody",
        responses=refuses(404, 409),
    )
    async def remove(self, services: Services, principal: Asker, campaign_id: Id) -> None:
        await _campaigns(services).delete(plain(campaign_id), principal.author)


def _reachability(services: WebServices) -> Reachability:
    if services.reachability is None:
        raise ApiError(404, "not_found", "Reachability is not counted here.")
    return services.reachability


def _campaigns(services: WebServices) -> Campaigns:
    if services.campaigns is None:
        raise ApiError(404, "not_found", "There are no campaigns here.")
    return services.campaigns
