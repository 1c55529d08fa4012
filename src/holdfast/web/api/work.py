"""What a team decides: many conversations at once, notes, labels, teams, agents."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.inbox.model import Page
from holdfast.web.api.conversations import ConversationId, agent_of
from holdfast.web.api.parts import (
    ADMIN,
    READ,
    WRITE,
    Asker,
    Name,
    Services,
    ShortText,
    plain,
    refuses,
)
from holdfast.web.errors import ApiError
from holdfast.work import AgentView, Decision, Label, Note, Standing, StoryLine, Team
from holdfast.work.model import AT_ONCE_MAX, Colour, Policy

Id = Annotated[str, PathParameter(max_length=100)]
Ids = Annotated[list[ShortText], Meta(min_length=1, max_length=AT_ONCE_MAX)]
Some = Annotated[list[ShortText], Meta(max_length=100)]


class DecisionOnMany(msgspec.Struct, frozen=True):
    conversations: Ids
    decision: Decision


class Undo(msgspec.Struct, frozen=True):
    states: Annotated[list[Standing], Meta(min_length=1, max_length=AT_ONCE_MAX)]


class Stood(msgspec.Struct, frozen=True):
    """How the conversations stood before; hand it to ``restore`` to undo."""

    before: list[Standing]


class NoteToWrite(msgspec.Struct, frozen=True):
    """``mentions`` are ids of agents."""

    text: Annotated[str, Meta(max_length=20_000)]
    mentions: Annotated[list[ShortText], Meta(max_length=100)] = []


class LabelToPut(msgspec.Struct, frozen=True):
    name: Name
    colour: Colour = "grey"


class TeamToPut(msgspec.Struct, frozen=True):
    """``channels``: what arrives there is the team's; ``agents`` are ids."""

    name: Name
    policy: Policy = "manual"
    channels: Some = []
    agents: Some = []


class Away(msgspec.Struct, frozen=True):
    away: bool


class WorkController(Controller):
    tags = ("Work",)

    @post(
        "/conversations/decide",
        opt=WRITE,
        status_code=200,
        operation_id="decideConversations",
        summary="Decide about several conversations at once, all or none",
        responses=refuses(404, 409, 422),
    )
    async def decide(self, services: Services, principal: Asker, data: JSONBody[DecisionOnMany]) -> Stood:
        named = [plain(each) for each in data.conversations]
        return Stood(await services.work.decide(named, data.decision, principal.author))

    @post(
        "/conversations/restore",
        opt=WRITE,
        status_code=200,
        operation_id="restoreConversations",
        summary="Undo a decision: let conversations stand as they did",
        responses=refuses(404, 422),
    )
    async def restore(self, services: Services, principal: Asker, data: JSONBody[Undo]) -> Stood:
        return Stood(await services.work.restore(data.states, principal.author))

    @get(
        "/conversations/{conversation_id:str}/story",
        opt=READ,
        operation_id="conversationStory",
        summary="What was decided about it, by whom, oldest first",
        responses=refuses(404),
    )
    async def story(self, services: Services, conversation_id: ConversationId) -> Page[StoryLine]:
        return Page(await services.work.story(plain(conversation_id)))

    @get(
        "/conversations/{conversation_id:str}/notes",
        opt=READ,
        operation_id="listNotes",
        summary="What agents noted beside it, oldest first",
        responses=refuses(404),
    )
    async def notes(self, services: Services, conversation_id: ConversationId) -> Page[Note]:
        return Page(await services.work.notes(plain(conversation_id)))

    @post(
        "/conversations/{conversation_id:str}/notes",
        opt=WRITE,
        operation_id="addNote",
        summary="Note something for the team; it is never sent",
        responses=refuses(404, 422),
    )
    async def add_note(
        self,
        services: Services,
        principal: Asker,
        conversation_id: ConversationId,
        data: JSONBody[NoteToWrite],
    ) -> Note:
        return await services.work.add_note(
            plain(conversation_id), data.text, data.mentions, principal.author
        )

    @patch(
        "/notes/{note_id:str}",
        opt=WRITE,
        operation_id="editNote",
        summary="Change one's own note",
        responses=refuses(404, 422),
    )
    async def edit_note(
        self, services: Services, principal: Asker, note_id: Id, data: JSONBody[NoteToWrite]
    ) -> Note:
        return await services.work.edit_note(plain(note_id), data.text, data.mentions, principal.author)

    @delete(
        "/notes/{note_id:str}",
        opt=WRITE,
        operation_id="removeNote",
        summary="Remove one's own note",
        responses=refuses(404, 422),
    )
    async def remove_note(self, services: Services, principal: Asker, note_id: Id) -> None:
        await services.work.remove_note(plain(note_id), principal.author)

    @get("/labels", opt=READ, operation_id="listLabels", summary="The labels", responses=refuses())
    async def labels(self, services: Services) -> Page[Label]:
        return Page(await services.work.labels())

    @post(
        "/labels",
        opt=WRITE,
        operation_id="addLabel",
        summary="Add a label",
        responses=refuses(409, 422),
    )
    async def add_label(self, services: Services, principal: Asker, data: JSONBody[LabelToPut]) -> Label:
        return await services.work.add_label(data.name, data.colour, principal.author)

    @patch(
        "/labels/{label_id:str}",
        opt=ADMIN,
        operation_id="changeLabel",
        summary="Change a label's name and colour",
        responses=refuses(404, 409, 422),
    )
    async def change_label(
        self, services: Services, principal: Asker, label_id: Id, data: JSONBody[LabelToPut]
    ) -> Label:
        return await services.work.change_label(plain(label_id), data.name, data.colour, principal.author)

    @delete(
        "/labels/{label_id:str}",
        opt=ADMIN,
        operation_id="removeLabel",
        summary="Give a label no more; it stays on what carries it",
        responses=refuses(404),
    )
    async def remove_label(self, services: Services, principal: Asker, label_id: Id) -> None:
        await services.work.remove_label(plain(label_id), principal.author)

    @get(
        "/agents",
        opt=READ,
        operation_id="listAgents",
        summary="Who answers, and how many wait for each",
        responses=refuses(),
    )
    async def agents(self, services: Services) -> Page[AgentView]:
        return Page(await services.work.agents())

    @put(
        "/me/away",
        opt=WRITE,
        status_code=204,
        operation_id="setAway",
        summary="Be given no conversations for a while, or again",
        responses=refuses(422),
    )
    async def set_away(self, services: Services, principal: Asker, data: JSONBody[Away]) -> None:
        if principal.kind != "agent":
            raise ApiError(422, "refused", "Only people can be away.")
        await services.work.set_away(agent_of(principal), away=data.away)

    @get("/teams", opt=READ, operation_id="listTeams", summary="The teams", responses=refuses())
    async def teams(self, services: Services) -> Page[Team]:
        return Page(await services.work.teams())

    @post(
        "/teams",
        opt=ADMIN,
        operation_id="addTeam",
        summary="Add a team",
        responses=refuses(404, 409, 422),
    )
    async def add_team(self, services: Services, principal: Asker, data: JSONBody[TeamToPut]) -> Team:
        return await services.work.put_team(_team("", data), principal.author)

    @put(
        "/teams/{team_id:str}",
        opt=ADMIN,
        operation_id="changeTeam",
        summary="Change a team",
        responses=refuses(404, 409, 422),
    )
    async def change_team(
        self, services: Services, principal: Asker, team_id: Id, data: JSONBody[TeamToPut]
    ) -> Team:
        return await services.work.put_team(_team(plain(team_id), data), principal.author)

    @delete(
        "/teams/{team_id:str}",
        opt=ADMIN,
        operation_id="removeTeam",
        summary="Dissolve a team",
        responses=refuses(404),
    )
    async def remove_team(self, services: Services, principal: Asker, team_id: Id) -> None:
        await services.work.remove_team(plain(team_id), principal.author)


def _team(team_id: str, data: TeamToPut) -> Team:
    return Team(team_id, data.name, data.policy, tuple(data.channels), tuple(data.agents))
