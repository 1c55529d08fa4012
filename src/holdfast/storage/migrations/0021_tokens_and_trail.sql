-- when a token ends, when it was last used (to the hour), and who made it; times in ms
ALTER TABLE api_token ADD COLUMN expires_at BIGINT;
ALTER TABLE api_token ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE api_token ADD COLUMN created_by TEXT NOT NULL DEFAULT '';

-- the audit trail is looked through by what was done and by who did it
CREATE INDEX audit_entry_action ON audit_entry (action, id);
CREATE INDEX audit_entry_who ON audit_entry (who, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject, id);
