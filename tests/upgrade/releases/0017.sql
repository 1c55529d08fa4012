-- Two people who were joined, and what is told of it.
INSERT INTO contact_change (id, contact_id, at, who, kind, detail)
VALUES ('chg_9', (SELECT MIN(id) FROM contact), 1790000000000, 'agent:agt_1', 'contact.merged', 'mrg_1');
INSERT INTO contact_merge (id, kept_id, dropped_id, at, who, before)
VALUES ('mrg_1', (SELECT MIN(id) FROM contact), 'con_gone', 1790000000000, 'agent:agt_1', '{}');
INSERT INTO contact_field (id, name, kind, choices, position, created_at)
VALUES ('fld_1', 'Size', 'choice', '["S", "M"]', 1, 1790000000000);
INSERT INTO contact_value (contact_id, field_id, value, at)
VALUES ((SELECT MIN(id) FROM contact), 'fld_1', 'M', 1790000000000);
INSERT INTO lead (contact_id, stage_id, value, currency, since, updated_at)
VALUES ((SELECT MIN(id) FROM contact), 'stg_offer', 12500, 'EUR', 1790000000000, 1790000000000);
