-- What migration 0013 made: messages between two accounts of ours, one over and one under way.
INSERT INTO round_trip (id, sender, receiver, state, began_at, due_at, ended_at, latency_ms, reason)
    VALUES ('rt_01', 'instagram:shop', 'instagram:backup', 'arrived', 1790000002000, 1790000017000, 1790000002400, 400, '');
INSERT INTO round_trip (id, sender, receiver, state, began_at, due_at)
    VALUES ('rt_02', 'instagram:shop', 'instagram:backup', 'under_way', 1790000062000, 1790000077000);
