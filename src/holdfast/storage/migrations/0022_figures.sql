-- What the team's work comes to, counted as it happens. Times are milliseconds since the epoch.

-- messages by half an hour; direction: in, out, automatic; agent_id, team_id: empty where there is none
CREATE TABLE figure_volume (
    bucket BIGINT NOT NULL,
    channel TEXT NOT NULL,
    direction TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    team_id TEXT NOT NULL,
    messages BIGINT NOT NULL,
    PRIMARY KEY (bucket, channel, direction, agent_id, team_id)
);

-- how long people waited; kind: first (the first answer of a talk), reply (any answer), resolved (a talk, whole).
-- bin: which length of time it was, among lengths that are each 2 % longer than the one before
CREATE TABLE figure_time (
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    conversation_id TEXT NOT NULL,
    took_ms BIGINT NOT NULL,
    bin BIGINT NOT NULL,
    channel TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    team_id TEXT NOT NULL,
    PRIMARY KEY (kind, at, conversation_id)
);
CREATE INDEX figure_time_spread ON figure_time (kind, at, bin, channel, agent_id, team_id);
CREATE INDEX figure_time_conversation ON figure_time (conversation_id, kind, at, bin);

-- how each talk stands that is not over: since when it goes on, who waits since when, whether it was answered
CREATE TABLE figure_talk (
    conversation_id TEXT PRIMARY KEY,
    began_at BIGINT NOT NULL,
    waiting_since BIGINT,
    answered BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    channel TEXT NOT NULL
);
