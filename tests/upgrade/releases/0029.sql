-- A rule that has acted on a message.
INSERT INTO rule (id, position, name, conditions, actions, enabled, stops, used, used_at, changed_at, changed_by)
VALUES ('rul_1', 1, 'Refunds', '{"words":["refund"]}', '{"reply":"We look at it."}', 1, 0, 1, 1790000000000, 1790000000000, 'agent:agt_1');
INSERT INTO rule_run (message_id, rule_id, conversation_id, at, replied)
VALUES ('msg_1', 'rul_1', (SELECT MIN(id) FROM conversation), 1790000000000, 1);
