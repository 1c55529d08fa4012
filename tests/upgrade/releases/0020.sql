-- Somebody has read how an incident ended.
INSERT INTO incident_dismissed (incident_id, who, at) VALUES ((SELECT MIN(id) FROM incident), 'agent:agt_1', 1790000000000);
