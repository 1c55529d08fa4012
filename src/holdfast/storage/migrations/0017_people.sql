-- What happened to people, and how those who were joined are parted again. Times are milliseconds since the epoch.

-- the story of a contact beside what was said; kind is the action: contact.merged, consent.set, address.added …
CREATE TABLE contact_change (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX contact_change_story ON contact_change (contact_id, at, id);

-- before: both as they were, so that they can be parted exactly
CREATE TABLE contact_merge (
    id TEXT PRIMARY KEY,
    kept_id TEXT NOT NULL,
    dropped_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    before TEXT NOT NULL,
    undone_at BIGINT,
    undone_by TEXT
);
CREATE INDEX contact_merge_kept ON contact_merge (kept_id, at, id);
CREATE INDEX contact_merge_dropped ON contact_merge (dropped_id, at, id);

-- what a business wants to know of people; kind: text, number, date, choice (choices: a list of texts)
CREATE TABLE contact_field (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    choices TEXT NOT NULL DEFAULT '[]',
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE TABLE contact_value (
    contact_id TEXT NOT NULL REFERENCES contact(id),
    field_id TEXT NOT NULL REFERENCES contact_field(id),
    value TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (contact_id, field_id)
);
CREATE INDEX contact_value_of_field ON contact_value (field_id, value);

-- how far a sale is; kind: open, won, lost
CREATE TABLE lead_stage (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,
    removed_at BIGINT
);
INSERT INTO lead_stage (id, name, kind, position) VALUES ('stg_new', 'New', 'open', 1);
INSERT INTO lead_stage (id, name, kind, position) VALUES ('stg_talking', 'Talking', 'open', 2);
INSERT INTO lead_stage (id, name, kind, position) VALUES ('stg_offer', 'Offer made', 'open', 3);
INSERT INTO lead_stage (id, name, kind, position) VALUES ('stg_won', 'Won', 'won', 4);
INSERT INTO lead_stage (id, name, kind, position) VALUES ('stg_lost', 'Lost', 'lost', 5);

-- value: in the smallest unit of the currency, such as cents
CREATE TABLE lead (
    contact_id TEXT PRIMARY KEY REFERENCES contact(id),
    stage_id TEXT NOT NULL REFERENCES lead_stage(id),
    value BIGINT NOT NULL DEFAULT 0,
    currency TEXT NOT NULL DEFAULT '',
    since BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX lead_of_stage ON lead (stage_id, since, contact_id);
