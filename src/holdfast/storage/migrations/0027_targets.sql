-- Within which time people are to be answered, and how that stands. Times are milliseconds since the epoch.

-- when a message reached the hub; null where that was not written down: then when it was stored
ALTER TABLE message ADD COLUMN arrived_at BIGINT;

-- the soonest time at which something that was promised to this person is due
ALTER TABLE conversation ADD COLUMN due_at BIGINT;
CREATE INDEX conversation_due ON conversation (due_at, id) WHERE due_at IS NOT NULL;

-- the first in the order of place that fits a conversation is meant; channels: '[]' for all of them;
-- label_id: '' for whatever label; the lengths of time are null where nothing is promised
CREATE TABLE target (
    id TEXT PRIMARY KEY,
    place BIGINT NOT NULL,
    name TEXT NOT NULL,
    channels TEXT NOT NULL DEFAULT '[]',
    label_id TEXT NOT NULL DEFAULT '',
    first_ms BIGINT,
    next_ms BIGINT,
    resolve_ms BIGINT,
    in_hours BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL,
    removed_at BIGINT
);

-- one clock: of the message with which the waiting began; kind: first, next, resolve
-- still: what stops it from now on, as [from, until or null, why]; left_ms: what is left while due_at is not known
-- outcome: '' open, met, missed; counted_at: when it was met or missed; told: 0, 1 nearly missed, 2 missed
CREATE TABLE target_timer (
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    target_id TEXT NOT NULL REFERENCES target(id),
    channel TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    limit_ms BIGINT NOT NULL,
    in_hours BIGINT NOT NULL,
    due_at BIGINT,
    still TEXT NOT NULL DEFAULT '[]',
    left_ms BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT NOT NULL DEFAULT '',
    counted_at BIGINT,
    agent_id TEXT NOT NULL DEFAULT '',
    team_id TEXT NOT NULL DEFAULT '',
    tell_at BIGINT,
    told BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (message_id, kind)
);
CREATE INDEX target_timer_conversation ON target_timer (conversation_id, started_at, kind);
CREATE INDEX target_timer_open ON target_timer (conversation_id) WHERE ended_at IS NULL;
CREATE INDEX target_timer_telling ON target_timer (tell_at) WHERE tell_at IS NOT NULL;
CREATE INDEX target_timer_counted ON target_timer (counted_at) WHERE counted_at IS NOT NULL;
