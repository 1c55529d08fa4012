-- A reply that waits for the moment in which it can be taken back, with a file.
INSERT INTO later_reply (id, conversation_id, author, text, route, send_at, state, made_at, held, files, seen, client_key)
VALUES ('lat_held', 'cnv_1', 'agent:agt_1', 'On its way', 'auto', 1790000005000, 'waiting', 1790000000000, 1, '["med_1"]', '', 'key-1');
