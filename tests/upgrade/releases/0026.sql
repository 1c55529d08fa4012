-- A weekly summary that was sent, and what somebody said about the next ones.
INSERT INTO weekly_choice (agent_id, wanted, at) VALUES ('agt_1', 0, 1790000000000);
INSERT INTO weekly_summary (week, made_at, body) VALUES (1789344000000, 1790000000000, '{}');
INSERT INTO weekly_letter (week, agent_id, address, made_at, due_at, attempts, settled_at, outcome)
VALUES (1789344000000, 'agt_1', 'mara@example.org', 1790000000000, 1790000000000, 1, 1790000001000, 'sent');
