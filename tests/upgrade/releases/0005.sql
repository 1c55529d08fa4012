INSERT INTO maintenance (id, title, text, channels, starts_at, ends_at, announced_at, announced_by)
    VALUES ('mnt_1', 'New mail server', 'Mail waits meanwhile.', '["email:shop"]', 1790000000000, 1790003600000, 1789990000000, 'Ana');
INSERT INTO subscriber (id, kind, address, address_key, channels, wanted, state, sealed, asked_at, confirmed_at)
    VALUES ('sub_1', 'email', 'Ana@example.org', 'ana@example.org', '|email:shop|', '', 'active', 'sealed', 1789980000000, 1789980001000);
INSERT INTO announcement (id, at, channels, body, spread_to) VALUES ('upd_1', 1790000001000, '|email:shop|', '{}', NULL);
INSERT INTO notice (subscriber_id, announcement_id, kind, state, made_at, due_at, attempts, settled_at)
    VALUES ('sub_1', 'upd_1', 'email', 'sent', 1790000001000, 1790000001000, 1, 1790000002000);
INSERT INTO announcement_cursor (name, seq) VALUES ('incidents', 3);
