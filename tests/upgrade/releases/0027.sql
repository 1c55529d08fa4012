-- A target with a clock that runs, and one that was met.
INSERT INTO target (id, place, name, channels, first_ms, in_hours, changed_at)
VALUES ('tgt_1', 1, 'Shop hours', '["instagram:shop"]', 3600000, 1, 1790000000000);
INSERT INTO target_timer (message_id, kind, conversation_id, target_id, channel, started_at, limit_ms, in_hours, due_at,
    left_ms, tell_at)
VALUES ('msg_1', 'first', 'cnv_1', 'tgt_1', 'instagram:shop', 1790000000000, 3600000, 1, 1790003600000, 3600000,
    1790002700000);
INSERT INTO target_timer (message_id, kind, conversation_id, target_id, channel, started_at, limit_ms, in_hours, due_at,
    left_ms, ended_at, outcome, counted_at, agent_id)
VALUES ('msg_2', 'first', 'cnv_1', 'tgt_1', 'instagram:shop', 1789000000000, 3600000, 1, 1789003600000, 0,
    1789000600000, 'met', 1789000600000, 'agt_1');
