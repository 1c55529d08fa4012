-- work that was announced before it begins; whether it is going on is told by the time
CREATE TABLE maintenance (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    channels TEXT NOT NULL DEFAULT '[]',
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    announced_at BIGINT NOT NULL,
    announced_by TEXT NOT NULL DEFAULT '',
    cancelled_at BIGINT
);
CREATE INDEX maintenance_end ON maintenance (ends_at);

-- who is told of incidents and maintenance; channels is '|a|b|', or empty for all of them
CREATE TABLE subscriber (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    channels TEXT NOT NULL DEFAULT '',
    wanted TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    sealed TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    failing_since BIGINT,
    problem TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, address_key)
);
CREATE INDEX subscriber_state ON subscriber (state, id);

-- what subscribers are told; spread_to is the last subscriber who has a notice of it, null when all have
CREATE TABLE announcement (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    channels TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    spread_to TEXT
);
CREATE INDEX announcement_spreading ON announcement (at) WHERE spread_to IS NOT NULL;
CREATE INDEX announcement_age ON announcement (at);

-- one announcement for one subscriber; without an announcement it asks whether the address is theirs
CREATE TABLE notice (
    subscriber_id TEXT NOT NULL REFERENCES subscriber(id),
    announcement_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    settled_at BIGINT,
    PRIMARY KEY (subscriber_id, announcement_id)
);
CREATE INDEX notice_due ON notice (kind, due_at) WHERE state = 'waiting';
CREATE INDEX notice_sending ON notice (state) WHERE state = 'sending';
CREATE INDEX notice_age ON notice (made_at);

CREATE TABLE announcement_cursor (
    name TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);
