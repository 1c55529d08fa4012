-- What migration 0006 made: a row for each channel, and a column.
INSERT INTO rhythm (channel, state, counted_to, updated_at)
    VALUES ('instagram:shop', '{"day": [], "week": []}', 17, 1790000002000);
INSERT INTO observation (channel, capability, kind, result, error_class, detail, latency_ms, region, at, strength)
    VALUES ('instagram:shop', 'receive', 'rhythm', 'fail', '', 'No message for 11 minutes.', 660000, '', 1790000002000, 14.5);
