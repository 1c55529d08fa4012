-- What migration 0012 made: a column, no table.
INSERT INTO observation (channel, capability, kind, result, error_class, detail, latency_ms, conversation, at)
    VALUES ('instagram:shop', 'send', 'send', 'fail', 'platform', 'refused', 80, '5f0c2a9be1d4', 1790000002000);
