-- what a person decided about an incident, and what its post-mortem says in their words.
-- revision: two who change an incident at once are told apart by it
ALTER TABLE incident ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN titled_by TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN kept_by TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN closed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN summary TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN will_change TEXT NOT NULL DEFAULT '';
CREATE INDEX incident_closed_by_hand ON incident (closed_at) WHERE closed_by <> '';
CREATE INDEX incident_merged ON incident (merged_into) WHERE merged_into <> '';

-- an incident gathers the channels that one failure takes down, each with its own course
CREATE TABLE incident_component (
    incident_id TEXT NOT NULL REFERENCES incident(id),
    channel TEXT NOT NULL,
    domain TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT '',
    capabilities TEXT NOT NULL,
    cause TEXT NOT NULL,
    cause_since BIGINT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    onset_at BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    recovered_at BIGINT,
    closed_at BIGINT,
    relapses BIGINT NOT NULL DEFAULT 0,
    evidence TEXT NOT NULL DEFAULT '[]',
    placed_by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (incident_id, channel)
);
CREATE INDEX incident_component_open ON incident_component (channel, joined_at) WHERE state <> 'closed';
CREATE INDEX incident_component_closed ON incident_component (closed_at);

INSERT INTO incident_component (incident_id, channel, capabilities, cause, cause_since, title, state, onset_at,
    joined_at, recovered_at, closed_at, evidence)
SELECT id, channel, capabilities, cause, onset_at, title, state, onset_at, opened_at, recovered_at, closed_at,
    evidence
FROM incident;

-- what the public may be told next: written from facts, edited by people, told once
CREATE TABLE incident_draft (
    incident_id TEXT NOT NULL REFERENCES incident(id),
    stage TEXT NOT NULL,
    round BIGINT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    publish_at BIGINT,
    edited_by TEXT NOT NULL DEFAULT '',
    told_at BIGINT,
    told_by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (incident_id, stage, round)
);
CREATE INDEX incident_draft_waiting ON incident_draft (made_at) WHERE state = 'draft';

-- an alert to the team and one of its addresses; the address itself is a secret and stays in the settings
CREATE TABLE team_alert (
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL,
    problem TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (name, target)
);
CREATE INDEX team_alert_due ON team_alert (next_at) WHERE state IN ('queued', 'sending');
CREATE INDEX team_alert_age ON team_alert (made_at);
