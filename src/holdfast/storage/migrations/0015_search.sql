-- Full-text search. A place is the time of a text in ms times 2^20, and a number among those of its millisecond.

CREATE TABLE find_entry (
    place INTEGER PRIMARY KEY,
    subject_id TEXT NOT NULL UNIQUE
);

-- words that the hub has cut itself, so that both engines find the same; rowid is the place
CREATE VIRTUAL TABLE find_words USING fts5(words, tokenize = 'ascii', prefix = '2 3', detail = none, columnsize = 0);

-- what was stored before there was an index: the id below which texts are still to be indexed, '' when all are
CREATE TABLE find_filling (subject TEXT PRIMARY KEY, after TEXT NOT NULL);
INSERT INTO find_filling (subject, after) VALUES ('message', '~'), ('note', '~'), ('contact', '~');
