-- what arrives usually on a channel, by hour of the week, and up to which observation it was counted
CREATE TABLE rhythm (
    channel TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    counted_to INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL
);

-- how strongly an observation speaks, as a log-likelihood ratio in nats; 0: as its kind usually does
ALTER TABLE observation ADD COLUMN strength DOUBLE PRECISION NOT NULL DEFAULT 0;
