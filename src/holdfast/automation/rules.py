"""Rules as the rest of Holdfast sees them: every method is one committed unit of work, or one read."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from holdfast.automation import store
from holdfast.automation.matching import chosen
from holdfast.automation.model import RULES_MAX, Heard, NewRule, Rule, Trial, WouldDo, checked, filled
from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource
from holdfast.posts import open_at, opening_words
from holdfast.posts.store import load_profile
from holdfast.storage import Database, EventLog, Tx, append_event
from holdfast.work import UnknownError, WorkRefusedError
from holdfast.work.model import TEAM_CHANGED
from holdfast.work.store import known_agents, known_labels, teams

EXAMPLE: Final = {"name": "Ann Lee", "first_name": "Ann"}


class Rules:
    """Raises UnknownError and WorkRefusedError, each with a sentence for people."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        channels: Callable[[], Collection[str]],
        business: str,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._business = business

    async def all(self) -> list[Rule]:
        """In the order in which they are tried."""
        return await self._database.read(store.rules, RULES_MAX)

    async def put(self, rule_id: str, wanted: NewRule, by: str) -> Rule:
        """Make a rule, which has no id yet, behind all others, or change one."""
        made = await self._database.write(self._put, rule_id, checked(wanted), by)
        self._events.wake()
        return made

    async def remove(self, rule_id: str, by: str) -> None:
        await self._database.write(self._remove, rule_id, by)
        self._events.wake()

    async def order(self, ids: Sequence[str], by: str) -> list[Rule]:
        """Try them in this order from now on; each must be named, once."""
        ordered = await self._database.write(self._order, ids, by)
        self._events.wake()
        return ordered

    async def would_do(self, trial: Trial) -> list[WouldDo]:
        """What the rules would do with a message; nothing is done."""
        return await self._database.read(self._would_do, trial)

    async def _would_do(self, tx: Tx, trial: Trial) -> list[WouldDo]:
        at = self._clock.now_ms() if trial.at is None else trial.at
        hours = (await load_profile(tx)).hours
        heard = Heard(
            text=trial.text,
            channel=trial.channel,
            is_first=trial.first,
            is_open=open_at(hours, at).is_open,
        )
        values = {**EXAMPLE, "business": self._business, "hours": opening_words(hours, at)}
        return [
            WouldDo(rule_id=each.id, name=each.name, then=each.then, reply=filled(each.then.reply, **values))
            for each in chosen(await store.rules(tx, RULES_MAX), heard)
        ]

    async def _put(self, tx: Tx, rule_id: str, wanted: NewRule, by: str) -> Rule:
        now = self._clock.now_ms()
        await self._check_names(tx, wanted)
        action = "rule.changed" if rule_id else "rule.added"
        if rule_id:
            await _known(tx, rule_id)
            await store.change(tx, rule_id, wanted, at=now, by=by)
        elif len(await store.rules(tx, RULES_MAX)) >= RULES_MAX:
            raise WorkRefusedError(f"There can be {RULES_MAX} rules at most.")
        else:
            rule_id = self._ids.new("rul")
            await store.insert(tx, rule_id, wanted, at=now, by=by)
        await self._tell(tx, by, action, rule_id, wanted.name)
        return await _known(tx, rule_id)

    async def _remove(self, tx: Tx, rule_id: str, by: str) -> None:
        name = (await _known(tx, rule_id)).name
        await store.delete(tx, rule_id)
        await self._tell(tx, by, "rule.removed", rule_id, name)

    async def _order(self, tx: Tx, ids: Sequence[str], by: str) -> list[Rule]:
        there = [each.id for each in await store.rules(tx, RULES_MAX)]
        if sorted(ids) != sorted(there):
            raise WorkRefusedError("Name every rule once; somebody may have added or removed one.", "ids")
        await store.place(tx, ids)
        await self._tell(tx, by, "rule.ordered", "", "")
        return await store.rules(tx, RULES_MAX)

    async def _check_names(self, tx: Tx, wanted: NewRule) -> None:
        when, then = wanted.when, wanted.then
        _refuse("channel", "when.channels", when.channels, self._channels())
        _refuse("label", "when.labels", when.labels, await known_labels(tx, when.labels))
        _refuse("label", "then.add_labels", then.add_labels, await known_labels(tx, then.add_labels))
        if then.team:
            _refuse("team", "then.team", [then.team], {str(row["id"]) for row in await teams(tx)})
        if then.assignee:
            _refuse("agent", "then.assignee", [then.assignee], await known_agents(tx, [then.assignee]))

    async def _tell(self, tx: Tx, by: str, action: str, subject: str, detail: str) -> None:
        """Note who did it, and tell all consoles."""
        now = self._clock.now_ms()
        entry = {"who": by, "action": action, "subject": subject, "detail": detail}
        await audit(tx, entry_id=self._ids.new("aud"), at=now, **entry)
        await append_event(tx, at=now, kind=TEAM_CHANGED, body={})


async def _known(tx: Tx, rule_id: str) -> Rule:
    found = await store.rule(tx, rule_id)
    if found is None:
        raise UnknownError(f"There is no rule {rule_id[:80]}.")
    return found


def _refuse(kind: str, field: str, named: Collection[str], known: Collection[str]) -> None:
    missing = next((each for each in named if each not in known), None)
    if missing is not None:
        raise WorkRefusedError(f"There is no {kind} {missing[:80]}.", field)
