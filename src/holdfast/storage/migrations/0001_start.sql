-- Times are milliseconds since the epoch. JSON columns are text. Identifiers sort by their making.

CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    conversation_id TEXT,
    body TEXT NOT NULL
);

CREATE INDEX event_conversation ON event (conversation_id, seq);

-- cursors of readers: 'applier' (spool), 'playbooks' and others (event log)
CREATE TABLE reader_cursor (name TEXT PRIMARY KEY, value BIGINT NOT NULL);

-- nodes that share this store, and what one of them does for all: 'watch'
CREATE TABLE node (
    name TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE TABLE duty (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL);

-- places in mailboxes that the platform names by a text, such as UIDVALIDITY:UID
CREATE TABLE mailbox_cursor (channel TEXT PRIMARY KEY, value TEXT NOT NULL);

-- channels added from the command line or the API; those of the configuration file are not copied here
CREATE TABLE channel (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    settings TEXT NOT NULL,
    secrets BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE contact (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    merged_into TEXT
);
CREATE INDEX contact_newest ON contact (created_at, id);

-- the words by whose beginnings a contact is found: of names and addresses, in small letters
CREATE TABLE contact_word (
    word TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contact(id),
    PRIMARY KEY (word, contact_id)
);
CREATE INDEX contact_word_contact ON contact_word (contact_id, word);

-- proof: 'wrote' (wrote to us from it), 'confirmed', 'agent'; consent: 'reply' (where they wrote),
-- 'failover' (agreed to be reached here when another channel fails), 'opted_out'
CREATE TABLE address (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contact(id),
    channel TEXT NOT NULL,
    value TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    proof TEXT,
    consent TEXT NOT NULL DEFAULT 'none',
    consent_at BIGINT,
    last_in_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (channel, value)
);
CREATE INDEX address_contact ON address (contact_id);
CREATE INDEX address_heard ON address (channel, last_in_at);

CREATE TABLE conversation (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL UNIQUE REFERENCES contact(id),
    status TEXT NOT NULL DEFAULT 'open',
    last_at BIGINT NOT NULL,
    last_in_at BIGINT,
    last_preview TEXT NOT NULL DEFAULT '',
    last_channel TEXT,
    unread BIGINT NOT NULL DEFAULT 0,
    waiting_since BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX conversation_recent ON conversation (last_at, id);
CREATE INDEX conversation_of_status ON conversation (status, last_at, id);

-- author: 'contact', 'agent:<id>', 'api:<token name>', 'playbook:<name>', 'platform' (written in the platform's
-- own app). state of what goes out: see the states document; of what came in: 'received'
CREATE TABLE message (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversation(id),
    direction TEXT NOT NULL,
    author TEXT NOT NULL,
    channel TEXT,
    address_id TEXT,
    external_id TEXT,
    text TEXT NOT NULL DEFAULT '',
    attachments TEXT NOT NULL DEFAULT '[]',
    details TEXT NOT NULL DEFAULT '{}',
    at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    late BIGINT NOT NULL DEFAULT 0,
    automatic BIGINT NOT NULL DEFAULT 0,
    edited_at BIGINT,
    unsent_at BIGINT,
    spool_seq BIGINT,
    state TEXT NOT NULL,
    state_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX message_thread ON message (conversation_id, at, id);
CREATE UNIQUE INDEX message_external ON message (channel, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX message_stored ON message (channel, stored_at, id);
CREATE INDEX message_newest ON message (stored_at, id);
CREATE INDEX message_waiting ON message (conversation_id)
    WHERE state IN ('waiting', 'sending', 'held', 'rerouted', 'in_doubt');

CREATE TABLE reaction (
    message_id TEXT NOT NULL REFERENCES message(id),
    by TEXT NOT NULL,
    emoji TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (message_id, by)
);

-- events of platforms that make no message row of their own: unique by key, so that repeats have no effect
CREATE TABLE seen_event (
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel, key)
);
CREATE INDEX seen_event_age ON seen_event (at);

-- events that came before what they refer to
CREATE TABLE parked_event (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    external_id TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX parked_event_target ON parked_event (channel, external_id);
CREATE INDEX parked_event_age ON parked_event (at);

-- envelopes that could not be read, or held something unknown: kept, shown, read again after an upgrade
CREATE TABLE unread_envelope (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    spool TEXT NOT NULL,
    spool_seq BIGINT NOT NULL,
    channel TEXT NOT NULL,
    at BIGINT NOT NULL,
    problem TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (spool, spool_seq)
);
CREATE INDEX unread_envelope_age ON unread_envelope (at);

-- forged or oversize requests: only the fact
CREATE TABLE refused_request (
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    hour BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (channel, reason, hour)
);
CREATE INDEX refused_request_age ON refused_request (hour);

-- class: 'person' or 'bot'; route: 'auto' or a channel the agent chose
CREATE TABLE intent (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES message(id),
    conversation_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    class TEXT NOT NULL,
    route TEXT NOT NULL,
    idempotency_key TEXT UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX intent_message ON intent (message_id);

-- state: queued, held, sending, in_doubt, sent, delivered, read, rejected, superseded, expired, cancelled
CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    intent_id TEXT NOT NULL REFERENCES intent(id),
    message_id TEXT NOT NULL,
    lane TEXT NOT NULL,
    position BIGINT NOT NULL,
    channel TEXT NOT NULL,
    address_id TEXT NOT NULL,
    part BIGINT NOT NULL DEFAULT 1,
    parts BIGINT NOT NULL DEFAULT 1,
    text TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    external_id TEXT,
    incident_id TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    doubt_since BIGINT,
    settled_at BIGINT
);
CREATE INDEX delivery_lane ON delivery (lane, position);
-- what is on its way, and what may still be read, is little beside what was ever sent
CREATE INDEX delivery_ahead ON delivery (lane, position) WHERE state IN ('queued', 'held', 'sending', 'in_doubt');
CREATE INDEX delivery_unread ON delivery (lane, position) WHERE state IN ('sent', 'delivered');
CREATE INDEX delivery_open ON delivery (state, channel, next_at);
CREATE INDEX delivery_message ON delivery (message_id);
CREATE INDEX delivery_external ON delivery (channel, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX delivery_incident ON delivery (incident_id) WHERE incident_id IS NOT NULL;

CREATE TABLE attempt (
    delivery_id TEXT NOT NULL REFERENCES delivery(id),
    number BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    outcome TEXT,
    detail TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (delivery_id, number)
);

-- one lane is the ordered queue of one channel and address
CREATE TABLE lane (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    address_id TEXT NOT NULL,
    due_at BIGINT,
    urgency BIGINT NOT NULL DEFAULT 0,
    leased_by TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX lane_leased ON lane (leased_by) WHERE leased_by IS NOT NULL;
CREATE INDEX lane_due ON lane (channel, urgency, due_at) WHERE due_at IS NOT NULL;

-- per channel and capability, so that a restart does not forget that a platform refuses
CREATE TABLE breaker (
    channel TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    failures BIGINT NOT NULL,
    opened_at BIGINT,
    probe_at BIGINT,
    reason TEXT NOT NULL DEFAULT ''
);

CREATE TABLE observation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    capability TEXT NOT NULL,
    kind TEXT NOT NULL,
    result TEXT NOT NULL,
    error_class TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    latency_ms BIGINT,
    at BIGINT NOT NULL
);
CREATE INDEX observation_recent ON observation (channel, at);

CREATE TABLE verdict (
    channel TEXT NOT NULL,
    capability TEXT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL DEFAULT '',
    confidence DOUBLE PRECISION NOT NULL DEFAULT 0,
    share DOUBLE PRECISION NOT NULL DEFAULT 0,
    since BIGINT NOT NULL,
    evidence TEXT NOT NULL DEFAULT '[]',
    score TEXT NOT NULL DEFAULT '{}',
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (channel, capability)
);

CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    cause TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    onset_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    recovered_at BIGINT,
    closed_at BIGINT,
    evidence TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX incident_open ON incident (channel, opened_at) WHERE state <> 'closed';
CREATE INDEX incident_newest ON incident (opened_at, id);
CREATE INDEX incident_closed ON incident (closed_at);

CREATE TABLE incident_update (
    id TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incident(id),
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    public BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX incident_update_incident ON incident_update (incident_id, at);

-- daily minutes of failure per channel, for the uptime strip
CREATE TABLE uptime_day (
    channel TEXT NOT NULL,
    day TEXT NOT NULL,
    down_ms BIGINT NOT NULL DEFAULT 0,
    partial_ms BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, day)
);

-- what a playbook has done: one row a step, so that a step is taken once
CREATE TABLE playbook_step (
    incident_id TEXT NOT NULL REFERENCES incident(id),
    step TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (incident_id, step, subject)
);
CREATE INDEX playbook_step_age ON playbook_step (at);

CREATE TABLE agent (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE agent_session (
    token_hash TEXT PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agent(id),
    csrf TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

-- a visitor of our own web chat; the address value on a Direct channel is the visitor's id
CREATE TABLE visitor (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX visitor_seen ON visitor (seen_at);

CREATE TABLE audit_entry (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT ''
);

-- private links that let a person continue a conversation in our own chat; each works once
CREATE TABLE continue_link (
    token_hash TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contact(id),
    channel TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX continue_link_age ON continue_link (expires_at);
