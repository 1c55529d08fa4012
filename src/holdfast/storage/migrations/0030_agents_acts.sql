-- What the business wants its one reaction to a message to be; an empty emoji takes it back. number rises with each
-- wish, so that an answer about an earlier one settles nothing. state: queued, sending, in_doubt, sent, failed.
CREATE TABLE outgoing_reaction (
    message_id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    external_id TEXT NOT NULL,
    emoji TEXT NOT NULL,
    author TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    attempts BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX outgoing_reaction_due ON outgoing_reaction (next_at) WHERE state IN ('queued', 'sending', 'in_doubt');

-- What a message of the team said before somebody changed it or took it back, who that was and when.
CREATE TABLE message_version (
    message_id TEXT NOT NULL REFERENCES message(id),
    number BIGINT NOT NULL,
    change TEXT NOT NULL,
    text TEXT NOT NULL,
    by TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (message_id, number)
);

-- the message that a reply for later quotes
ALTER TABLE later_reply ADD COLUMN reply_to TEXT NOT NULL DEFAULT '';
