"""Labels, teams and what agents say of themselves. Each is one unit of work."""

from collections.abc import Sequence
from typing import Final, get_args

import msgspec

from holdfast.kernel import IdSource
from holdfast.storage import Tx
from holdfast.work import store
from holdfast.work.model import (
    LABELS_MAX,
    NAME_CHARACTERS_MAX,
    Colour,
    Label,
    Policy,
    TakenError,
    Team,
    UnknownError,
    WorkRefusedError,
)

TEAMS_MAX: Final = 50
CAPACITY_MAX: Final = 1_000


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """``waiting`` counts open conversations of theirs in which somebody waits for an answer."""

    id: str
    email: str
    name: str
    role: str
    away: bool
    capacity: int
    waiting: int
    created_at: int


async def labels(tx: Tx) -> list[Label]:
    return [Label(row["id"], row["name"], row["colour"]) for row in await store.labels(tx, LABELS_MAX)]


async def add_label(tx: Tx, ids: IdSource, name: str, colour: Colour, *, now: int) -> Label:
    """A label of this name, also where it was removed before. Raises TakenError, WorkRefusedError."""
    name = checked_name(name)
    there = await store.label_named(tx, name)
    if there is not None and there["removed_at"] is None:
        raise TakenError(f"There is a label “{name}” already.")
    if there is None and len(await store.labels(tx, LABELS_MAX)) >= LABELS_MAX:
        raise WorkRefusedError(f"There can be {LABELS_MAX} labels at most.", "name")
    label_id = str(there["id"]) if there else ids.new("lab")
    await store.put_label(tx, label_id=label_id, name=name, colour=checked_colour(colour), at=now)
    return Label(label_id, name, colour)


async def change_label(tx: Tx, label_id: str, name: str, colour: Colour, *, now: int) -> Label:
    """Raises UnknownError, TakenError, WorkRefusedError."""
    name = checked_name(name)
    if label_id not in await store.known_labels(tx, [label_id]):
        raise UnknownError(f"There is no label {label_id[:80]}.")
    there = await store.label_named(tx, name)
    if there is not None and there["id"] != label_id:
        raise TakenError(f"There is a label “{name}” already.")
    await store.put_label(tx, label_id=label_id, name=name, colour=checked_colour(colour), at=now)
    return Label(label_id, name, colour)


async def remove_label(tx: Tx, label_id: str, *, now: int) -> None:
    """It stays on what carries it, and can be given no more. Raises UnknownError."""
    if not await store.remove_label(tx, label_id, now):
        raise UnknownError(f"There is no label {label_id[:80]}.")


async def teams(tx: Tx) -> list[Team]:
    agents = await store.team_agents(tx)
    return [
        Team(
            row["id"],
            row["name"],
            row["policy"],
            tuple(msgspec.json.decode(row["channels"], type=list[str])),
            tuple(agents.get(str(row["id"]), ())),
        )
        for row in await store.teams(tx)
    ]


async def put_team(tx: Tx, ids: IdSource, team: Team, *, now: int) -> Team:
    """Make a team, or change the one of that id. Raises UnknownError, TakenError, WorkRefusedError."""
    name = checked_name(team.name)
    if team.policy not in get_args(Policy):
        raise WorkRefusedError("The policy is manual, round_robin or load.", "policy")
    others = [each for each in await teams(tx) if each.id != team.id]
    if any(each.name == name for each in others):
        raise TakenError(f"There is a team “{name}” already.")
    taken = {channel: each.name for each in others for channel in each.channels}
    double = next((each for each in team.channels if each in taken), None)
    if double is not None:
        raise TakenError(f"{double} is the business of “{taken[double]}” already.")
    if not team.id and len(others) >= TEAMS_MAX:
        raise WorkRefusedError(f"There can be {TEAMS_MAX} teams at most.", "name")
    await _check_agents(tx, team.agents)
    made = msgspec.structs.replace(team, id=team.id or ids.new("tea"), name=name)
    await store.put_team(
        tx,
        team_id=made.id,
        name=name,
        policy=made.policy,
        channels=msgspec.json.encode(made.channels).decode(),
        agents=list(dict.fromkeys(made.agents)),
        at=now,
    )
    return made


async def remove_team(tx: Tx, team_id: str, *, now: int) -> None:
    """Raises UnknownError."""
    if not await store.remove_team(tx, team_id, now):
        raise UnknownError(f"There is no team {team_id[:80]}.")


async def agents(tx: Tx) -> list[AgentView]:
    rows = await store.agents(tx)
    loads = await store.loads(tx, (str(row["id"]) for row in rows))
    return [
        AgentView(
            id=row["id"],
            email=row["email"],
            name=row["name"],
            role=row["role"],
            away=bool(row["away"]),
            capacity=row["capacity"],
            waiting=loads.get(str(row["id"]), 0),
            created_at=row["created_at"],
        )
        for row in rows
    ]


async def set_away(tx: Tx, agent_id: str, *, away: bool) -> None:
    """Raises UnknownError."""
    if not await store.set_away(tx, agent_id, away=away):
        raise UnknownError(f"There is no agent {agent_id[:80]}.")


async def set_capacity(tx: Tx, agent_id: str, capacity: int) -> None:
    """Raises UnknownError, WorkRefusedError."""
    if not 0 <= capacity <= CAPACITY_MAX:
        raise WorkRefusedError(f"The capacity is 0 to {CAPACITY_MAX}.", "capacity")
    if not await store.set_capacity(tx, agent_id, capacity):
        raise UnknownError(f"There is no agent {agent_id[:80]}.")


async def _check_agents(tx: Tx, agent_ids: Sequence[str]) -> None:
    known = await store.known_agents(tx, agent_ids)
    missing = next((each for each in agent_ids if each not in known), None)
    if missing is not None:
        raise UnknownError(f"There is no agent {missing[:80]}.")


def checked_name(name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if not 0 < len(name) <= NAME_CHARACTERS_MAX:
        raise WorkRefusedError(f"A name has 1 to {NAME_CHARACTERS_MAX} characters.", "name")
    return name


def checked_colour(colour: str) -> str:
    if colour not in get_args(Colour):
        raise WorkRefusedError(f"The colour is one of {', '.join(get_args(Colour))}.", "colour")
    return colour
