-- where the evidence of an observation comes from: an ISO 3166 country code, or nothing
ALTER TABLE observation ADD COLUMN region TEXT NOT NULL DEFAULT '';
