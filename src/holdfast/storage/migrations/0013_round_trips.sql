-- messages that one account of ours sends to another to see whether both work: one under way for each sender
CREATE TABLE round_trip (
    id TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    receiver TEXT NOT NULL,
    state TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    ended_at INTEGER,
    latency_ms INTEGER,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX round_trip_open ON round_trip (sender) WHERE ended_at IS NULL;
CREATE INDEX round_trip_latest ON round_trip (sender, began_at);
CREATE INDEX round_trip_began ON round_trip (began_at);
