-- What was counted of the work so far.
INSERT INTO figure_volume (bucket, channel, direction, agent_id, team_id, messages)
VALUES (1789999200000, 'instagram:shop', 'in', '', 'tea_1', 3);
INSERT INTO figure_time (kind, at, conversation_id, took_ms, bin, channel, agent_id, team_id)
VALUES ('first', 1790000000000, (SELECT MIN(id) FROM conversation), 60000, 207, 'instagram:shop', 'agt_1', 'tea_1');
INSERT INTO figure_talk (conversation_id, began_at, waiting_since, answered, last_at, channel)
VALUES ((SELECT MIN(id) FROM conversation), 1790000000000, NULL, 1, 1790000060000, 'instagram:shop');
