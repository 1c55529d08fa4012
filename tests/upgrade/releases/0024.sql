-- A campaign that has asked somebody.
INSERT INTO campaign (id, name, text, channels, days, per_minute, state, made_at, made_by)
VALUES ('cam_1', 'Autumn', 'Go on here: {link}', '["instagram:shop"]', 90, 10, 'done', 1790000000000, 'agent:agt_1');
INSERT INTO campaign_person (contact_id, campaign_id, message_id, channel, at)
VALUES ((SELECT MIN(id) FROM contact), 'cam_1', 'msg_1', 'instagram:shop', 1790000000000);
