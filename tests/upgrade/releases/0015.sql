-- One message of the earlier files in the index of texts, and an index that is not filled yet.
INSERT INTO find_entry (place, subject_id) VALUES (1790000000000 * 1048576, (SELECT MIN(id) FROM message));
INSERT INTO find_words (rowid, words) VALUES (1790000000000 * 1048576, '·in is it open');
UPDATE find_filling SET after = 'msg_1' WHERE subject = 'message';
