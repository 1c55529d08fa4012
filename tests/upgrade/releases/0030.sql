-- A reaction that has reached its platform, one that waits, and what a message said before it was changed.
INSERT INTO outgoing_reaction (message_id, channel, address, external_id, emoji, author, number, state, at, next_at, expires_at)
VALUES ('msg_1', 'instagram:shop', 'igsid_1', 'mid_1', '👍', 'agent:agt_1', 1, 'sent', 1790000000000, 1790000000000, 1790003600000);
INSERT INTO outgoing_reaction (message_id, channel, address, external_id, emoji, author, number, state, at, next_at, expires_at)
VALUES ('msg_2', 'instagram:shop', 'igsid_1', 'mid_2', '', 'agent:agt_1', 2, 'queued', 1790000000000, 1790000000000, 1790003600000);
INSERT INTO message_version (message_id, number, change, text, by, at)
VALUES ('msg_1', 1, 'edited', 'What it said before', 'agent:agt_1', 1790000000000);
UPDATE later_reply SET reply_to = 'msg_1' WHERE id = 'lat_held';
