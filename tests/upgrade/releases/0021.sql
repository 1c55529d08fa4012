-- What migration 0021 made: a token that ends, made by an agent.
INSERT INTO api_token (id, name, token_hash, scopes, created_at, expires_at, last_used_at, created_by)
VALUES ('tok_19', 'reports', 'hash-19', 'read', 1790000000000, 1790086400000, 1790000001000, 'agent:agt_1');
