-- people with an account of their own; the address value on a Direct channel is the member's id.
-- kind: 'guest' (has not shown an address yet) or 'member'; standing: 'good', 'muted' or 'banned'
CREATE TABLE member (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    handle TEXT UNIQUE,
    email TEXT UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    picture TEXT NOT NULL DEFAULT '',
    about TEXT NOT NULL DEFAULT '',
    receipts BIGINT NOT NULL DEFAULT 1,
    typing BIGINT NOT NULL DEFAULT 1,
    presence BIGINT NOT NULL DEFAULT 1,
    requests TEXT NOT NULL DEFAULT 'everyone',
    standing TEXT NOT NULL DEFAULT 'good',
    standing_reason TEXT NOT NULL DEFAULT '',
    standing_until BIGINT,
    warning TEXT NOT NULL DEFAULT '',
    warned_at BIGINT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX member_idle ON member (seen_at) WHERE kind = 'guest';
CREATE INDEX member_name ON member (name, id);
CREATE INDEX member_in_question ON member (id) WHERE standing <> 'good';

-- one device of a member
CREATE TABLE member_session (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    device TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX member_session_of ON member_session (member_id);
CREATE INDEX member_session_age ON member_session (seen_at);

-- visitors of our own chat are guests from now on, with the tokens that they have
INSERT INTO member (id, kind, name, created_at, seen_at) SELECT id, 'guest', name, created_at, seen_at FROM visitor;
INSERT INTO member_session (id, member_id, token_hash, created_at, seen_at)
SELECT 'ses_' || SUBSTR(id, 5), id, token_hash, created_at, seen_at FROM visitor;
DROP TABLE visitor;
CREATE INDEX address_of_member ON address (value) WHERE channel LIKE 'direct:%';

-- codes and links that were sent by email; the address may be nobody's yet
CREATE TABLE member_login (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    link_hash TEXT NOT NULL UNIQUE,
    attempts BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX member_login_email ON member_login (email, created_at);
CREATE INDEX member_login_age ON member_login (expires_at);

CREATE TABLE member_passkey (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    credential_id TEXT NOT NULL UNIQUE,
    public_key TEXT NOT NULL,
    sign_count BIGINT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX member_passkey_of ON member_passkey (member_id);

-- what a passkey is to sign; each is good for one answer, for some minutes
CREATE TABLE member_challenge (
    challenge TEXT PRIMARY KEY,
    member_id TEXT NOT NULL DEFAULT '',
    expires_at BIGINT NOT NULL
);
CREATE INDEX member_challenge_age ON member_challenge (expires_at);

-- a member says that an address is theirs; address_id is '' where nobody wrote from there
CREATE TABLE member_claim (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    address_id TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX member_claim_of ON member_claim (member_id, created_at);
CREATE INDEX member_claim_place ON member_claim (place, created_at);
CREATE INDEX member_claim_age ON member_claim (expires_at);

-- addresses that a member has proven: what was said over them is theirs to read
CREATE TABLE member_address (
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    address_id TEXT NOT NULL REFERENCES address(id),
    proven_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, address_id)
);
CREATE INDEX member_address_of ON member_address (address_id);

CREATE TABLE member_block (
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    blocked_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (member_id, blocked_id)
);
CREATE INDEX member_block_of ON member_block (blocked_id);

-- what members say of one another to the agents; quote is what the message said when it was complained of.
-- state: 'open', 'dismissed' or 'acted'
CREATE TABLE complaint (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    by_id TEXT NOT NULL,
    about_id TEXT NOT NULL,
    thread_id TEXT NOT NULL DEFAULT '',
    message_id TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    quote TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'open',
    decided_at BIGINT,
    decided_by TEXT NOT NULL DEFAULT '',
    decision TEXT NOT NULL DEFAULT ''
);
CREATE INDEX complaint_state ON complaint (state, at, id);
CREATE INDEX complaint_about ON complaint (about_id, state);
CREATE INDEX complaint_by ON complaint (by_id, at);
CREATE INDEX complaint_age ON complaint (at);

-- who and what is kept out: 'email', 'network', 'word' or 'domain'
CREATE TABLE safety_rule (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (kind, value)
);

-- what agents have set of the rates and limits of members, beside the defaults
CREATE TABLE safety_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- a private link may say at which of the contact's addresses it was received
ALTER TABLE continue_link ADD COLUMN address_id TEXT;
