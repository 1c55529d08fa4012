-- Replies that are held for a moment after Send, and go back into the box whole when they are taken back.
-- seen: the newest message that the writer knew of, NULL where nobody asks. client_key: a repeat has no second effect.
ALTER TABLE later_reply ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
ALTER TABLE later_reply ADD COLUMN files TEXT NOT NULL DEFAULT '[]';
ALTER TABLE later_reply ADD COLUMN seen TEXT;
ALTER TABLE later_reply ADD COLUMN client_key TEXT;
CREATE UNIQUE INDEX later_reply_key ON later_reply (client_key) WHERE client_key IS NOT NULL;
