-- which conversation a send that was observed belongs to, by an opaque name, or nothing
ALTER TABLE observation ADD COLUMN conversation TEXT NOT NULL DEFAULT '';
