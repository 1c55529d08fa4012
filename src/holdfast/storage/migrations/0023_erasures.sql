-- people who were erased: that it was done, and when what arrived from them is emptied in the spool as well
CREATE TABLE erasure (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    messages BIGINT NOT NULL,
    spool_done_at BIGINT
);
CREATE INDEX erasure_waiting ON erasure (at) WHERE spool_done_at IS NULL;
CREATE INDEX erasure_newest ON erasure (at, id);
ALTER TABLE contact ADD COLUMN erased_at BIGINT;
