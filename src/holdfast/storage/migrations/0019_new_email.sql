-- whose address it is to become, where the code is not for signing in
ALTER TABLE member_login ADD COLUMN member_id TEXT REFERENCES member(id) ON DELETE CASCADE;
CREATE INDEX member_login_of ON member_login (member_id) WHERE member_id IS NOT NULL;
