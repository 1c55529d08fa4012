INSERT INTO push_key VALUES ('vapid', 'sealed', 1790000000000);
INSERT INTO push_device (session_id, member_id, endpoint_hash, sealed, created_at)
SELECT s.id, s.member_id, 'hash', 'sealed', 1790000000000 FROM member_session s ORDER BY s.id LIMIT 1;
INSERT INTO push_notice (session_id, thread_id, message_id, news_order, state, made_at, due_at, expires_at)
SELECT session_id, 'business:web', 'msg_1', 1, 'idle', 1790000000000, 1790000002000, 1790086400000 FROM push_device;
INSERT INTO widget VALUES ('direct:web', '{"greeting": "Hello"}', 1790000000000, 'agent:agt_1');
INSERT INTO lead_answer SELECT id, 'order', 'text', 'Which order?', '17', 1790000000000 FROM member ORDER BY id LIMIT 1;
INSERT INTO lead_consent (member_id, kind, address, text, at)
SELECT id, 'email', 'ann@mail.example', 'You may write to me there.', 1790000000000 FROM member ORDER BY id LIMIT 1;
