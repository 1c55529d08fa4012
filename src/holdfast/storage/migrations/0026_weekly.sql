-- The weekly summary by email. Times are milliseconds since the epoch; week is when the week began.

-- what an agent has said; without a row owners want it and others do not
CREATE TABLE weekly_choice (
    agent_id TEXT PRIMARY KEY REFERENCES agent(id),
    wanted BIGINT NOT NULL,
    at BIGINT NOT NULL
);

-- a week whose letters were made, whoever made them; body: its figures
CREATE TABLE weekly_summary (
    week BIGINT PRIMARY KEY,
    made_at BIGINT NOT NULL,
    body TEXT NOT NULL
);

-- one letter to one person; outcome once settled: sent, failed, withdrawn
CREATE TABLE weekly_letter (
    week BIGINT NOT NULL REFERENCES weekly_summary(week),
    agent_id TEXT NOT NULL REFERENCES agent(id),
    address TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    settled_at BIGINT,
    outcome TEXT NOT NULL DEFAULT '',
    problem TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (week, agent_id)
);
CREATE INDEX weekly_letter_due ON weekly_letter (due_at) WHERE settled_at IS NULL;
