-- the keys by which push services know this hub, sealed
CREATE TABLE push_key (
    name TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- a browser that is told of what is new; sealed: where, and for whom to encrypt it
CREATE TABLE push_device (
    session_id TEXT PRIMARY KEY REFERENCES member_session(id) ON DELETE CASCADE,
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    endpoint_hash TEXT NOT NULL UNIQUE,
    sealed TEXT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}',
    posts BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    failing_since BIGINT,
    problem TEXT NOT NULL DEFAULT ''
);
CREATE INDEX push_device_of ON push_device (member_id);
CREATE INDEX push_device_posts ON push_device (session_id) WHERE posts = 1;

-- the newest news of a thread for a device; state: 'waiting', 'sending', or 'idle' when it was told or is known.
-- news_order is how far the device has been told, so that nothing is told twice
CREATE TABLE push_notice (
    session_id TEXT NOT NULL REFERENCES push_device(session_id) ON DELETE CASCADE,
    thread_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    news_order BIGINT NOT NULL,
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (session_id, thread_id)
);
CREATE INDEX push_notice_due ON push_notice (due_at) WHERE state = 'waiting';
CREATE INDEX push_notice_sending ON push_notice (state) WHERE state = 'sending';
CREATE INDEX push_notice_age ON push_notice (made_at);

-- how the widget of a chat looks, what it asks and when somebody answers: a JSON document
CREATE TABLE widget (
    channel TEXT PRIMARY KEY,
    setup TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

-- what people answered before they wrote, beside the question in its words of then
CREATE TABLE lead_answer (
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    question_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (member_id, question_id)
);

-- what somebody agreed to for an address of theirs, in the words that they ticked. address_id: once it is proven
CREATE TABLE lead_consent (
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    text TEXT NOT NULL,
    site TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    proven_at BIGINT,
    address_id TEXT,
    PRIMARY KEY (member_id, kind)
);
CREATE INDEX lead_consent_waiting ON lead_consent (at) WHERE proven_at IS NULL AND withdrawn_at IS NULL;
