INSERT INTO hub_note (name, text, at) VALUES ('first_run', 'done', 1790000000000);
