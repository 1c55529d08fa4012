-- Guests who signed in to an account that was there already. What was taken in under a guest's id has its effect in the
-- name of the member that the guest became, also where that is later.
CREATE TABLE member_alias (
    guest_id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES member(id) ON DELETE CASCADE,
    at BIGINT NOT NULL
);
CREATE INDEX member_alias_of ON member_alias (member_id);
