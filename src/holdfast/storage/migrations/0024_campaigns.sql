-- Asking people for a second address. state: draft, running, stopped, done.
-- after_at, after_id: how far the walk over people has come; asked_in_pass: how many this walk has asked
CREATE TABLE campaign (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    channels TEXT NOT NULL,
    days BIGINT NOT NULL,
    per_minute BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    after_at BIGINT,
    after_id TEXT NOT NULL DEFAULT '',
    asked_in_pass BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX campaign_newest ON campaign (made_at, id);
CREATE INDEX campaign_running ON campaign (next_at) WHERE state = 'running';

-- nobody is asked twice, by whatever campaign
CREATE TABLE campaign_person (
    contact_id TEXT PRIMARY KEY REFERENCES contact(id),
    campaign_id TEXT NOT NULL REFERENCES campaign(id),
    message_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX campaign_person_of ON campaign_person (campaign_id, at, contact_id);
