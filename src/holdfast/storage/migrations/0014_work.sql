-- What a team decides about conversations. Times are milliseconds since the epoch.

-- answer_by: when somebody who waits is to be answered at the latest, as far as anything says; null where nobody waits
-- or the conversation is not open.
-- status: open, snoozed, resolved
ALTER TABLE conversation ADD COLUMN assignee_id TEXT;
ALTER TABLE conversation ADD COLUMN team_id TEXT;
ALTER TABLE conversation ADD COLUMN snoozed_until BIGINT;
ALTER TABLE conversation ADD COLUMN answer_by BIGINT;
UPDATE conversation SET answer_by = waiting_since + 86400000 WHERE waiting_since IS NOT NULL AND status = 'open';
CREATE INDEX conversation_answer ON conversation (answer_by, id) WHERE answer_by IS NOT NULL;
CREATE INDEX conversation_assigned ON conversation (assignee_id, last_at, id) WHERE assignee_id IS NOT NULL;
CREATE INDEX conversation_unassigned ON conversation (last_at, id) WHERE assignee_id IS NULL AND status = 'open';
CREATE INDEX conversation_of_team ON conversation (team_id, last_at, id) WHERE team_id IS NOT NULL;
CREATE INDEX conversation_snoozed ON conversation (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX conversation_channel ON conversation (last_channel, last_at, id);

-- capacity: conversations that wait, as many as an agent is given by themselves; away: whether any are
ALTER TABLE agent ADD COLUMN away BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN capacity BIGINT NOT NULL DEFAULT 20;
ALTER TABLE agent ADD COLUMN removed_at BIGINT;
ALTER TABLE agent ADD COLUMN given_at BIGINT NOT NULL DEFAULT 0;

-- how conversations find an agent; policy: manual, round_robin, load
CREATE TABLE team (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    policy TEXT NOT NULL,
    channels TEXT NOT NULL DEFAULT '[]',
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE TABLE team_agent (
    team_id TEXT NOT NULL REFERENCES team(id),
    agent_id TEXT NOT NULL REFERENCES agent(id),
    PRIMARY KEY (team_id, agent_id)
);
CREATE INDEX team_agent_agent ON team_agent (agent_id);

CREATE TABLE label (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE TABLE conversation_label (
    conversation_id TEXT NOT NULL,
    label_id TEXT NOT NULL REFERENCES label(id),
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, label_id)
);
CREATE INDEX conversation_label_label ON conversation_label (label_id, conversation_id);

-- what agents write to one another beside a conversation; never sent to anybody
CREATE TABLE internal_note (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    edited_at BIGINT,
    removed_at BIGINT
);
CREATE INDEX internal_note_conversation ON internal_note (conversation_id, at, id);
CREATE TABLE mention (
    note_id TEXT NOT NULL REFERENCES internal_note(id),
    agent_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    seen_at BIGINT,
    PRIMARY KEY (note_id, agent_id)
);
CREATE INDEX mention_unseen ON mention (agent_id, at) WHERE seen_at IS NULL;
CREATE INDEX mention_conversation ON mention (conversation_id);

CREATE TABLE canned_reply (
    id TEXT PRIMARY KEY,
    shortcut TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    used BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

-- owner: the agent whose view it is, empty for everybody's
CREATE TABLE saved_view (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX saved_view_owner ON saved_view (owner);

-- replies that are to leave later; state: waiting, queued (message_id says as what), cancelled, refused (reason)
CREATE TABLE later_reply (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    route TEXT NOT NULL,
    send_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    message_id TEXT,
    made_at BIGINT NOT NULL
);
CREATE INDEX later_reply_due ON later_reply (send_at) WHERE state = 'waiting';
CREATE INDEX later_reply_conversation ON later_reply (conversation_id, send_at);

CREATE TABLE draft (
    conversation_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    text TEXT NOT NULL,
    route TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, conversation_id)
);
CREATE INDEX draft_conversation ON draft (conversation_id);

-- who decided what: the story of a conversation, and what reports count.
-- kind: assigned, team, labelled, unlabelled, snoozed, woken, resolved, reopened, noted
CREATE TABLE conversation_change (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX conversation_change_story ON conversation_change (conversation_id, at, id);
CREATE INDEX conversation_change_age ON conversation_change (at, id);
