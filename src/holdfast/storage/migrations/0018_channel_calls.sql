-- what came to a channel's webhook lately, to tell whether a platform reaches us and is believed; times in ms
CREATE TABLE channel_call (
    channel TEXT PRIMARY KEY,
    genuine_at BIGINT NOT NULL DEFAULT 0,
    forged_at BIGINT NOT NULL DEFAULT 0,
    asked_at BIGINT NOT NULL DEFAULT 0,
    misasked_at BIGINT NOT NULL DEFAULT 0
);
