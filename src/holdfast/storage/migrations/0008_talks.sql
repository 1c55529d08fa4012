-- Talks of members with one another. kind: 'pair' or 'group'; a pair is found by the ids of its two, the smaller first.
CREATE TABLE direct_thread (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    pair TEXT UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    picture TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);

-- Who is in a thread. state: 'open', 'request', 'declined', 'left'. What was said after 'since' is theirs to see; last_at
-- is when something was last said that they see, 0 where nothing was. invited_by is set for those who were strangers.
-- The thread may be one with the business, such as 'business:web': then only what the member noted of it stands here.
CREATE TABLE direct_participant (
    thread_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT 'member',
    state TEXT NOT NULL,
    since BIGINT NOT NULL DEFAULT 0,
    last_at BIGINT NOT NULL DEFAULT 0,
    delivered BIGINT NOT NULL DEFAULT 0,
    seen BIGINT NOT NULL DEFAULT 0,
    pinned BIGINT NOT NULL DEFAULT 0,
    muted_until BIGINT NOT NULL DEFAULT 0,
    draft TEXT NOT NULL DEFAULT '',
    invited_by TEXT,
    invited_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (thread_id, member_id)
);
CREATE INDEX direct_participant_latest ON direct_participant (member_id, last_at, thread_id);
CREATE INDEX direct_participant_invited ON direct_participant (invited_by, invited_at) WHERE invited_by IS NOT NULL;

-- place: its number in the log when it was said. kind: 'text' or 'event'. only_for: the one who sees it, where nobody
-- else may; refused: why it was not taken
CREATE TABLE direct_message (
    id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    author TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'text',
    text TEXT NOT NULL,
    reply_to TEXT NOT NULL DEFAULT '',
    attachments TEXT NOT NULL DEFAULT '[]',
    preview TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    edited_at BIGINT,
    unsent_at BIGINT,
    only_for TEXT,
    refused TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX direct_message_place ON direct_message (thread_id, place);
CREATE INDEX direct_message_author ON direct_message (author, place);

-- an empty emoji is one that was taken back, so that an older one does not come back
CREATE TABLE direct_reaction (
    message_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    emoji TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (message_id, member_id)
);
CREATE INDEX direct_reaction_member ON direct_reaction (member_id);

-- What changed, numbered in the order of the commits: members' devices read it by cursor. member_id: the only one whom
-- it concerns. kind: 'message', 'thread', 'receipt', 'gone', 'me'; subject: the message or the member
CREATE TABLE direct_log (
    seq INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    thread_id TEXT NOT NULL DEFAULT '',
    member_id TEXT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT ''
);
CREATE INDEX direct_log_thread ON direct_log (thread_id, seq);
CREATE INDEX direct_log_member ON direct_log (member_id, seq) WHERE member_id IS NOT NULL;

-- edits, withdrawals and reactions that came before their message
CREATE TABLE direct_parked (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX direct_parked_message ON direct_parked (message_id);
CREATE INDEX direct_parked_age ON direct_parked (at);
