INSERT INTO direct_thread VALUES ('thr_1', 'pair', 'mem_1|vis_1', '', '', 1790000000000);
INSERT INTO direct_participant (thread_id, member_id, state, last_at) VALUES ('thr_1', 'mem_1', 'open', 1790000000000);
INSERT INTO direct_participant (thread_id, member_id, state, last_at, invited_by, invited_at)
    VALUES ('thr_1', 'vis_1', 'request', 1790000000000, 'mem_1', 1790000000000);
INSERT INTO direct_message (id, thread_id, place, author, text, at)
    VALUES ('mem_1:a', 'thr_1', 1, 'mem_1', 'Hello', 1790000000000);
INSERT INTO direct_reaction VALUES ('mem_1:a', 'vis_1', 'ok', 1790000000000);
INSERT INTO direct_log VALUES (1, 1790000000000, 'thr_1', NULL, 'message', 'mem_1:a');
INSERT INTO direct_log VALUES (2, 1790000000000, 'thr_1', NULL, 'receipt', 'mem_1');
INSERT INTO direct_parked (message_id, body, at) VALUES ('mem_1:b', '{}', 1790000000000);
