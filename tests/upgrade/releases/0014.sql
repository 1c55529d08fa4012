-- What a team decided about the conversations of the earlier files, one row in each table of this migration.
UPDATE conversation SET assignee_id = 'agt_1', team_id = 'tea_1', snoozed_until = 1790000900000, status = 'snoozed'
WHERE id = (SELECT MIN(id) FROM conversation);
INSERT INTO team (id, name, policy, channels, created_at) VALUES ('tea_1', 'Shop', 'load', '["instagram:shop"]', 1790000000000);
INSERT INTO team_agent (team_id, agent_id) VALUES ('tea_1', (SELECT MIN(id) FROM agent));
INSERT INTO label (id, name, colour, created_at) VALUES ('lab_1', 'Urgent', 'red', 1790000000000);
INSERT INTO conversation_label (conversation_id, label_id, at)
VALUES ((SELECT MIN(id) FROM conversation), 'lab_1', 1790000000000);
INSERT INTO internal_note (id, conversation_id, author, text, at)
VALUES ('not_1', (SELECT MIN(id) FROM conversation), 'agent:agt_1', 'Ask about the size', 1790000000000);
INSERT INTO mention (note_id, agent_id, conversation_id, at)
VALUES ('not_1', (SELECT MIN(id) FROM agent), (SELECT MIN(id) FROM conversation), 1790000000000);
INSERT INTO canned_reply (id, shortcut, title, text, updated_at, updated_by)
VALUES ('can_1', 'hours', 'Opening hours', 'We are open from nine to five.', 1790000000000, 'agent:agt_1');
INSERT INTO saved_view (id, owner, name, filter, created_at) VALUES ('vie_1', '', 'Urgent', '{"label": "lab_1"}', 1790000000000);
INSERT INTO later_reply (id, conversation_id, author, text, route, send_at, state, made_at)
VALUES ('lat_1', (SELECT MIN(id) FROM conversation), 'agent:agt_1', 'Good morning', 'auto', 1790009000000, 'waiting', 1790000000000);
INSERT INTO draft (conversation_id, agent_id, text, route, at)
VALUES ((SELECT MIN(id) FROM conversation), 'agt_1', 'Dear', 'auto', 1790000000000);
INSERT INTO conversation_change (id, conversation_id, at, who, kind, detail)
VALUES ('chg_1', (SELECT MIN(id) FROM conversation), 1790000000000, 'agent:agt_1', 'labelled', 'lab_1');
