-- what a hub keeps of itself, one word each: whether its first guide is over
CREATE TABLE hub_note (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    at BIGINT NOT NULL
);
