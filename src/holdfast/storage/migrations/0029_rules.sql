-- What is done by itself with what people write. conditions, actions: JSON. stops: where it acts, those behind it do not
CREATE TABLE rule (
    id TEXT PRIMARY KEY,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    conditions TEXT NOT NULL,
    actions TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    stops BIGINT NOT NULL,
    used BIGINT NOT NULL DEFAULT 0,
    used_at BIGINT,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
CREATE INDEX rule_order ON rule (position, id);

-- a message on which rules acted; it is looked at no more
CREATE TABLE rule_run (
    message_id TEXT NOT NULL,
    rule_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    replied BIGINT NOT NULL,
    PRIMARY KEY (message_id, rule_id)
);
CREATE INDEX rule_run_replied ON rule_run (rule_id, conversation_id, at) WHERE replied = 1;
CREATE INDEX rule_run_age ON rule_run (at);
