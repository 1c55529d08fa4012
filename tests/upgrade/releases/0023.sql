-- Somebody who was erased.
INSERT INTO erasure (id, contact_id, conversation_id, at, who, messages)
VALUES ('era_1', 'con_gone', 'cnv_gone', 1790000000000, 'agent:agt_1', 3);
