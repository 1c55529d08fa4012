"""Rules for what members write, complaints of theirs, and what agents decide."""

from typing import Final

import msgspec

from holdfast.conversations.store import audit
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.members import store as members_store
from holdfast.members.members import Members, present
from holdfast.members.model import BUSINESS, Card, Member, MemberRefusedError
from holdfast.members.profile import clean
from holdfast.members.safety import store
from holdfast.members.safety.model import (
    COMPLAINT_CHARACTERS_MAX,
    COMPLAINTS_A_DAY,
    DAY_MS,
    NOTE_CHARACTERS_MAX,
    PAGE_MAX,
    QUOTE_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    RULES_MAX,
    Complaint,
    ComplaintPage,
    Decision,
    MemberPage,
    MemberView,
    Reason,
    Rule,
    RuleKind,
    SafetySettings,
    view_of,
)
from holdfast.members.safety.repeats import Repeats
from holdfast.members.safety.rules import Ruleset, checked_value, problem_of, ruleset
from holdfast.storage import Database, Row, StoreUnavailableError, Tx

REFRESH_SECONDS: Final = 10.0
"""How soon rules of another process hold here."""
OPEN_COUNTED_MAX: Final = 1_000

_STANDING_OF: Final = {"mute": "muted", "ban": "banned"}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a member says of another; ``message`` is the one it is about, if any."""

    member: str = ""
    message: str = ""
    thread: str = ""
    reason: Reason
    text: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What agents decide about a complaint: ``text`` is what the member is told, ``until`` (ms) ends a mute."""

    decision: Decision
    text: str = ""
    until: int | None = None


class Safety:
    """What is asked for every message is answered from memory, also while the store is away."""

    def __init__(self, *, members: Members, database: Database, clock: Clock, ids: IdSource) -> None:
        self._members = members
        self._database = database
        self._clock = clock
        self._ids = ids
        self._rules = Ruleset()
        self._repeats = Repeats(clock)
        self.settings = SafetySettings()

    async def run(self) -> None:
        while True:
            try:
                await self.refresh()
            except StoreUnavailableError as error:
                get_log("members").warning("rules were not read; the last ones hold", problem=str(error))
            await self._clock.sleep(REFRESH_SECONDS)

    async def refresh(self) -> None:
        """Take up what agents have decided, here or on another node. Raises StoreUnavailableError."""
        rules, self.settings = await self._database.read(_read)
        self._rules = ruleset(rules)

    def bars_email(self, email: str) -> bool:
        return self._rules.bars_email(email)

    def bars_network(self, address: str) -> bool:
        return self._rules.bars_address(address)

    def problem(self, member: Member, thread_id: str, text: str) -> str:
        """Why a member may not write this into a thread with other members; an empty text where they may."""
        now = self._clock.now_ms()
        problem = problem_of(text, member, self._rules, self.settings, now)
        if problem:
            return problem
        if self._repeats.is_too_many(member.id, thread_id, text, self.settings.same_text_threads):
            return "You have sent this to many already; write to each of them in words of their own."
        return ""

    # --- complaints --------------------------------------------------------------------------------------

    async def complain(self, by: Member, report: Report) -> None:
        """Raises MemberRefusedError. Whether there is such a member no answer tells."""
        await self._database.write(self._complain, by, report)

    async def complaints(self, state: str, before: str) -> ComplaintPage:
        return await self._database.read(_complaints, state, before)

    async def count_open(self) -> int:
        return await self._database.read(store.count_open, OPEN_COUNTED_MAX)

    async def decide(self, complaint_id: str, verdict: Verdict, by: str) -> None:
        """Raises LookupError where there is none, MemberRefusedError."""
        about = await self._database.write(self._decide, complaint_id, verdict, by)
        self._members.changed_here(about)

    # --- members -----------------------------------------------------------------------------------------

    async def stand(
        self, member_id: str, standing: str, *, reason: str, until: int | None, by: str
    ) -> MemberView:
        """Mute, ban, or let a member be as others again. Raises UnknownMemberError, MemberRefusedError."""
        member = await self._database.write(
            self._stand, member_id, standing, _checked_reason(reason, standing), until, by
        )
        self._members.changed_here(member_id)
        return view_of(member)

    async def warn(self, member_id: str, text: str, by: str) -> MemberView:
        """Raises UnknownMemberError, MemberRefusedError."""
        member = await self._database.write(self._warn, member_id, _checked_reason(text, "warned"), by)
        self._members.changed_here(member_id)
        return view_of(member)

    async def member(self, member_id: str) -> MemberView:
        """Raises UnknownMemberError."""
        return view_of(await self._members.get(member_id))

    async def members(self, query: str, before: str, *, in_question: bool) -> MemberPage:
        """Newest first, or those who are found; ``in_question``: only those who do not stand well."""
        if query.strip():
            found = await self._database.read(store.find_members, query, PAGE_MAX)
            return MemberPage([view_of(each) for each in found])
        rows = await self._database.read(store.members, before, PAGE_MAX, only_standing=in_question)
        return MemberPage([view_of(each) for each in rows], rows[-1].id if len(rows) == PAGE_MAX else None)

    # --- rules -------------------------------------------------------------------------------------------

    async def rules(self) -> list[Rule]:
        return await self._database.read(store.rules, RULES_MAX)

    async def add_rule(self, kind: RuleKind, value: str, note: str, by: str) -> Rule:
        """Raises MemberRefusedError."""
        rule = Rule(
            id=self._ids.new("rul"),
            kind=kind,
            value=checked_value(kind, value),
            note=clean(note).strip()[:NOTE_CHARACTERS_MAX],
            created_at=self._clock.now_ms(),
            created_by=by,
        )
        await self._database.write(self._add_rule, rule)
        await self.refresh()
        return rule

    async def drop_rule(self, rule_id: str, by: str) -> bool:
        dropped = await self._database.write(self._drop_rule, rule_id, by)
        await self.refresh()
        return dropped

    async def change_settings(self, settings: SafetySettings, by: str) -> SafetySettings:
        await self._database.write(self._change_settings, settings, by)
        await self.refresh()
        return self.settings

    # --- units of work -----------------------------------------------------------------------------------

    async def _complain(self, tx: Tx, by: Member, report: Report) -> None:
        now = self._clock.now_ms()
        if await store.complaints_since(tx, by.id, now - DAY_MS) >= COMPLAINTS_A_DAY:
            raise MemberRefusedError("too_many", "You have told us of many today; wait until tomorrow.")
        quote = await self._members.neighbours.quoted(tx, by.id, report.message) if report.message else None
        if report.message and quote is None:
            raise MemberRefusedError("forbidden", "This is not a message that you can read.", "message")
        about = quote.author if quote else report.member
        if about in {by.id, BUSINESS, ""}:
            raise MemberRefusedError("invalid", "Say which member it is about.", "member")
        if await members_store.member(tx, about) is None:
            return
        await store.add_complaint(
            tx,
            complaint_id=self._ids.new("cpl"),
            at=now,
            by_id=by.id,
            about_id=about,
            thread_id=clean(report.thread)[:PAGE_MAX],
            message_id=clean(report.message)[: 2 * PAGE_MAX],
            reason=report.reason,
            text=clean(report.text).strip()[:COMPLAINT_CHARACTERS_MAX],
            quote=quote.text[:QUOTE_CHARACTERS_MAX] if quote else "",
        )

    async def _decide(self, tx: Tx, complaint_id: str, verdict: Verdict, by: str) -> str:
        now = self._clock.now_ms()
        row = await store.complaint(tx, complaint_id)
        if row is None:
            raise LookupError(f"there is no complaint {complaint_id[:80]}")
        state = "dismissed" if verdict.decision == "dismiss" else "acted"
        if not await store.decide(tx, complaint_id, state=state, at=now, by=by, decision=verdict.decision):
            raise MemberRefusedError("refused", "Somebody has decided this already.")
        about = str(row["about_id"])
        await self._note(tx, by, f"complaint.{verdict.decision}", complaint_id, about)
        if verdict.decision == "warn":
            await self._warn(tx, about, _checked_reason(verdict.text, "warned"), by)
        elif verdict.decision != "dismiss":
            standing = _STANDING_OF[verdict.decision]
            reason = _checked_reason(verdict.text, standing)
            await self._stand(tx, about, standing, reason, verdict.until, by)
            await store.decide_all_about(tx, about, at=now, by=by, decision=verdict.decision)
        return about

    async def _stand(
        self, tx: Tx, member_id: str, standing: str, reason: str, until: int | None, by: str
    ) -> Member:
        await present(tx, member_id)
        until = until if standing == "muted" else None
        if until is not None and until <= self._clock.now_ms():
            raise MemberRefusedError("refused", "The mute would be over already.", "until")
        await store.stand(tx, member_id, standing=standing, reason=reason, until=until)
        await self._members.neighbours.changed(tx, member_id)
        await self._note(tx, by, f"member.{standing}", member_id, reason)
        return await present(tx, member_id)

    async def _warn(self, tx: Tx, member_id: str, text: str, by: str) -> Member:
        await present(tx, member_id)
        await store.warn(tx, member_id, text, self._clock.now_ms())
        await self._members.neighbours.changed(tx, member_id)
        await self._note(tx, by, "member.warned", member_id, text)
        return await present(tx, member_id)

    async def _add_rule(self, tx: Tx, rule: Rule) -> None:
        if len(await store.rules(tx, RULES_MAX)) >= RULES_MAX:
            raise MemberRefusedError("refused", f"There can be {RULES_MAX} rules at most.")
        if not await store.add_rule(tx, rule):
            raise MemberRefusedError("refused", "There is this rule already.", "value")
        await self._note(tx, rule.created_by, "rule.added", rule.id, f"{rule.kind} {rule.value}")

    async def _drop_rule(self, tx: Tx, rule_id: str, by: str) -> bool:
        rule = await store.drop_rule(tx, rule_id)
        if rule is None:
            return False
        await self._note(tx, by, "rule.removed", rule_id, f"{rule['kind']} {rule['value']}")
        return True

    async def _change_settings(self, tx: Tx, settings: SafetySettings, by: str) -> None:
        values = {name: str(value) for name, value in msgspec.structs.asdict(settings).items()}
        await store.set_settings(tx, values)
        detail = ", ".join(f"{name} {value}" for name, value in values.items())
        await self._note(tx, by, "safety.set", "", detail)

    async def _note(self, tx: Tx, by: str, action: str, subject: str, detail: str) -> None:
        now = self._clock.now_ms()
        await audit(
            tx, entry_id=self._ids.new("aud"), at=now, who=by, action=action, subject=subject, detail=detail
        )


def _checked_reason(text: str, standing: str) -> str:
    """What the member is told; needed for all but to let them be as others again."""
    text = clean(text).strip()
    if not text and standing != "good":
        raise MemberRefusedError("refused", "Say why: the member is told.", "text")
    if len(text) > REASON_CHARACTERS_MAX:
        raise MemberRefusedError("refused", f"The reason is over {REASON_CHARACTERS_MAX} characters.", "text")
    return text


async def _read(tx: Tx) -> tuple[list[Rule], SafetySettings]:
    stored = await store.settings(tx)
    try:
        settings = msgspec.convert(stored, SafetySettings, strict=False)
    except msgspec.ValidationError:  # of a newer version
        settings = SafetySettings()
    return await store.rules(tx, RULES_MAX), settings


async def _complaints(tx: Tx, state: str, before: str) -> ComplaintPage:
    at, _, last = before.partition(".")
    rows = await store.complaints(tx, state, int(at) if at.isdecimal() else 1 << 53, last or "~", PAGE_MAX)
    ids = sorted({row[name] for row in rows for name in ("by_id", "about_id")})
    cards = await members_store.cards(tx, ids)
    standings = await store.standings(tx, ids)
    open_about = await store.open_about(tx, ids)
    items = [_complaint(row, cards, standings, open_about) for row in rows]
    last_row = rows[-1] if len(rows) == PAGE_MAX else None
    return ComplaintPage(items, f"{last_row['at']}.{last_row['id']}" if last_row else None)


def _complaint(
    row: Row, cards: dict[str, Card], standings: dict[str, str], open_about: dict[str, int]
) -> Complaint:
    return Complaint(
        id=row["id"],
        at=row["at"],
        by=cards.get(row["by_id"]) or Card(row["by_id"]),
        about=cards.get(row["about_id"]) or Card(row["about_id"]),
        standing=standings.get(row["about_id"], ""),
        open_about=open_about.get(row["about_id"], 0),
        reason=row["reason"],
        text=row["text"],
        quote=row["quote"],
        state=row["state"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        decision=row["decision"],
    )
