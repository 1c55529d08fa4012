INSERT INTO member_login (id, email, code_hash, link_hash, created_at, expires_at, member_id)
VALUES ('lgn_2', 'ann@new.example', 'hash', 'other hash', 1790000000000, 1790000900000, (SELECT MIN(id) FROM member));
