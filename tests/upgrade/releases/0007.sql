INSERT INTO member (id, kind, handle, email, name, created_at, seen_at)
    VALUES ('mem_1', 'member', 'ann', 'ann@example.org', 'Ann', 1790000000000, 1790000000000);
INSERT INTO member_session VALUES ('ses_2', 'mem_1', 'hash of mem_1', 'Firefox on Linux', 1790000000000, 1790000000000);
INSERT INTO member_login VALUES ('lgn_1', 'ann@example.org', 'hash', 'hash', 0, 1790000000000, 1790000900000, NULL);
INSERT INTO member_passkey VALUES ('psk_1', 'mem_1', 'Y3JlZA', 'a2V5', 3, 'Phone', 1790000000000, NULL);
INSERT INTO member_challenge VALUES ('Y2hhbGxlbmdl', 'mem_1', 1790000300000);
INSERT INTO member_claim VALUES ('clm_1', 'mem_1', '', 'hash', 'hash', 0, 1790000000000, 1790000900000, NULL);
INSERT INTO member_address VALUES ('mem_1', 'adr_1', 1790000000000);
INSERT INTO member_block VALUES ('mem_1', 'vis_1', 1790000000000);
INSERT INTO complaint (id, at, by_id, about_id, reason) VALUES ('cpl_1', 1790000000000, 'mem_1', 'vis_1', 'spam');
INSERT INTO safety_rule VALUES ('rul_1', 'domain', 'bad.example', '', 1790000000000, 'agent:agt_1');
INSERT INTO safety_setting VALUES ('strangers_per_day', '20');
