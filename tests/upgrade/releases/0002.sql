-- What migration 0002 made: a column, no table.
INSERT INTO observation (channel, capability, kind, result, error_class, detail, latency_ms, region, at)
    VALUES ('instagram:shop', 'send', 'report', 'fail', '', 'cannot_send', NULL, 'IN', 1790000001000);
