"""No statement walks through a table that grows: what a hub does all day costs the same after years.

Each statement's plan is read as SQLite would carry it out on a store without statistics, which is how a hub runs.
"""

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from typing import Final

import pytest

import holdfast
from holdfast.storage.dialect import for_sqlite, joins_given, many_for_sqlite
from holdfast.storage.migrations import migration_files

STATEMENTS_MIN: Final = 200
FIXED: Final = frozenset(
    {
        "agent",
        "api_token",
        "breaker",
        "canned_reply",
        "channel",
        "channel_call",
        "contact_field",
        "duty",
        "find_filling",
        "label",
        "lead_stage",
        "mailbox_cursor",
        "migration",
        "node",
        "reader_cursor",
        "rule",
        "safety_rule",
        "safety_setting",
        "saved_view",
        "target",
        "team",
        "team_agent",
        "verdict",
        "weekly_choice",
        "weekly_summary",
        "widget",
    }
)
"""Tables as long as a business has channels, agents or nodes; every other one grows."""
GROWING: Final = {
    name for _, text in migration_files() for name in re.findall(r"CREATE TABLE (\w+)", text)
} - FIXED
COARSE: Final = frozenset({"channel=?", "state=?", "status=?", "direction=?", "kind=?", "part=?"})
"""Columns with few values: what they alone narrow down is not narrowed down."""

SHORT_INDEXES: Final = frozenset(
    {
        "announcement_spreading",
        "campaign_running",
        "conversation_answer",
        "conversation_snoozed",
        "delivery_ahead",
        "erasure_waiting",
        "incident_component_open",
        "incident_draft_waiting",
        "incident_open",
        "lane_due",
        "lane_leased",
        "later_reply_due",
        "mention_unseen",
        "message_waiting",
        "notice_sending",
        "outgoing_reaction_due",
        "round_trip_open",
        "push_notice_sending",
        "target_timer_open",
        "target_timer_telling",
        "weekly_letter_due",
    }
)
"""Indexes of nothing but what is on its way or open now: little beside what ever was."""

EXCEPTIONS: Final = {
    "contacts.campaigns.store._CAMPAIGNS": "the newest in the order of an index, CAMPAIGNS_MAX of them",
    "contacts.leads.store._SUMS": "asked by a person who looks at the board; a lead is a row",
    "inbox.access.store._DROP_EXPIRED": "as many sessions as people who are signed in; a sign-in drops the rest",
    "inbox.access.store._DROP_SESSIONS_OF": "as many sessions as people who are signed in",
    "inbox.first_run.store._FIRST_MESSAGES": "the first ones in the order of the primary key, as many as the limit",
    "inbox.store._DUE": "never asked for a status: nothing falls due in what is put off or resolved",
    "inbox.store._WAITING": "never asked for a status: whoever waits is in an open conversation",
    "inbox.store._REFUSED": "the latest hours in the order of an index, REFUSED_MAX of them",
    "members.safety.store._OPEN": "counted up to OPEN_COUNTED_MAX",
    "outbox.store._FREE_LEASES": "once, when the only node of a hub starts",
    "radar.incidents.store._INCIDENTS": "the newest in the order of an index; a limit ends it",
    "radar.rhythm.store._LOAD": "a row for each channel",
    "radar.rhythm.store._NEWEST": "the end of the primary key",
    "radar.store._UPTIME": "a row for each channel and day with a failure; the page shows ninety days",
    "sample.store._IS_USED": "one row is enough",
    "status.subscribers.store._COUNTS": "asked by a person who looks at the list of subscribers",
    "status.subscribers.store._UNCONFIRMED": "those who did not confirm; after a week they are forgotten",
    "storage.event_log._LAST": "the end of the primary key",
    "storage.event_log._FIRST": "the beginning of the primary key",
    "portal.accounts.store._TELL_EMPTIED": "the end of the primary key",
    "portal.talks.store._FIRST": "the beginning of the primary key",
    "portal.talks.store._LAST": "the end of the primary key",
    "retention.store._DIRECT_LOG": "the oldest rows in the order of the primary key, as many as the limit",
    "push.store._LAST_OF_MEMBERS": "the end of the primary key",
    "retention.store._OLDEST_EVENTS": "the oldest rows in the order of the primary key, as many as the limit",
    "retention.store._EVENTS": "the oldest rows in the order of the primary key; the end of it",
    "retention.store._OBSERVATIONS": "the oldest rows in the order of the primary key, as many as the limit",
    "retention.store._ATTEMPTS": "the oldest rows in the order of the primary key, as many as the limit",
    "retention.store._DRAFTS": "the oldest rows in the order of the primary key, as many as the limit",
    "retention.store._OLD_NOTES": "the oldest rows in the order of the primary key, as many as the limit",
    "retention.store._OLD_LATER": "the oldest rows in the order of the primary key, as many as the limit",
    "retention.store._AUDIT": "the oldest rows in the order of the primary key, as many as the limit",
    "retention.store._SESSIONS": "as many sessions as people who are signed in",
}
"""What goes through a growing table all the same, and why that ends soon."""

_STATEMENT: Final = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_FILTER: Final = re.compile(r"\s*AND\b")
_NAMED: Final = re.compile(
    r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?:AS\s+)?(?!ON\b|WHERE\b|SET\b|JOIN\b|LEFT\b|ORDER\b|GROUP\b|LIMIT\b|UNION\b)(\w+))?"
)
_STEP: Final = re.compile(r"(SCAN|SEARCH) (\w+)(?:.*? INDEX (\w+))?(?:.*\(([^)]*\)?)\))?")


def modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(holdfast.__path__, "holdfast."):
        if not module.name.endswith(("__main__", ".postgres", ".spool")):
            yield module.name


def statements() -> Iterator[tuple[str, str]]:
    """(name, SQL) of each statement; one that is filled in stands here once for each filter beside it."""
    for name in modules():
        texts = {
            key: each for key, each in vars(importlib.import_module(name)).items() if isinstance(each, str)
        }
        filters = ["", *(text for text in texts.values() if _FILTER.match(text))]
        for key, text in texts.items():
            if _STATEMENT.match(text):
                variants = filters if "{" in text else [""]
                for each in variants:
                    if fits(each, text):
                        yield f"{name.removeprefix('holdfast.')}.{key}", re.sub(r"\{\w+\}", each, text)


def fits(each: str, text: str) -> bool:
    """Whether a filter speaks of what the statement reads first."""
    spoken, read = re.search(r"(\w+)\.", each), re.search(r"FROM (\w+)", text)
    return spoken is None or (read is not None and spoken[1] == read[1])


@pytest.fixture(scope="module")
def store() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT, checksum TEXT, applied_at INTEGER)"
    )
    for _, text in migration_files():
        connection.executescript(text)
    yield connection
    connection.close()


def walks(store: sqlite3.Connection, sql: str) -> list[str]:
    """The steps of a statement that go through a growing table, or a large part of one."""
    together = many_for_sqlite(sql) if joins_given(sql) else None
    text = together.text(1) if together else for_sqlite(sql)[0]
    called = {alias or table: table for table, alias in _NAMED.findall(text)}
    values = [None] * len(together.names) if together else dict.fromkeys(re.findall(r":(\w+)", text))
    try:
        plan = store.execute(f"EXPLAIN QUERY PLAN {text}", values)
    except sqlite3.OperationalError:  # a filter of another statement; `test_statements` finds the rest
        return []
    return [step for *_, step in plan if _walks(step, called, text)]


def _walks(step: str, called: dict[str, str], sql: str) -> bool:
    match = _STEP.match(step)
    if match is None or called.get(match[2]) not in GROWING:
        return False
    if match[3] in SHORT_INDEXES:
        return False
    if match[1] == "SCAN" or not match[4]:
        return True
    if match[3] == "delivery_open" and not re.search(r"'(sent|delivered|read)'", sql):
        return False  # what is on its way is little beside what was ever sent
    return set(match[4].split(" AND ")) <= COARSE


def test_the_statements_are_found() -> None:
    assert len({name for name, _ in statements()}) > STATEMENTS_MIN


def test_no_statement_walks_through_a_table_that_grows(store: sqlite3.Connection) -> None:
    found = {
        f"{name}: {step}"
        for name, sql in statements()
        if name not in EXCEPTIONS
        for step in walks(store, sql)
    }
    assert sorted(found) == []


def test_the_exceptions_are_still_needed(store: sqlite3.Connection) -> None:
    walking = {name for name, sql in statements() if walks(store, sql)}
    assert sorted(EXCEPTIONS.keys() - walking) == []


@pytest.mark.parametrize(
    ("sql", "is_walk"),
    [
        ("SELECT * FROM message", True),
        ("SELECT m.* FROM message m WHERE m.text = :text", True),
        ("SELECT id FROM delivery WHERE channel = :channel AND text = :text", True),
        ("DELETE FROM message WHERE at < :at", True),
        ("SELECT d.* FROM delivery d WHERE d.state = 'sent'", True),
        ("SELECT d.* FROM delivery d WHERE d.state = 'held'", False),
        ("SELECT * FROM message WHERE id = :id", False),
        ("SELECT * FROM message WHERE id IN :ids", False),
        ("SELECT * FROM breaker", False),
    ],
)
def test_a_walk_is_seen(store: sqlite3.Connection, sql: str, *, is_walk: bool) -> None:
    assert bool(walks(store, sql)) is is_walk
