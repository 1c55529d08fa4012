-- What migration 0004 made; the component of inc_1 came with it.
INSERT INTO incident_component VALUES ('inc_1', 'whatsapp:shop', 'meta', 'WhatsApp', '["send"]', 'platform', 1, 'WhatsApp is not accepting messages', 'closed', 1, 2, 3, 4, 0, '[]', '');
INSERT INTO incident_draft VALUES ('inc_1', 'identified', 1, 'Instagram fails.', 'published', 2, NULL, '', 3, 'Mara');
INSERT INTO team_alert VALUES ('inc_1:opened:1', '0123456789ab', 'inc_1', 'opened', 'It began.', 'Instagram fails.', 2, 'sent', 1, 2, '');
