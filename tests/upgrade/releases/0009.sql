-- Files of all states, one that a message shows, and what two pages said of themselves
INSERT INTO media VALUES ('med1', 'mem_1', 'kept', 'picture', 'image/jpeg', 'mug.jpg', 4321, 640, 480, 0, 1, 1790000000000, NULL);
INSERT INTO media VALUES ('med2', 'mem_1', 'kept', 'voice', 'audio/ogg', 'voice.ogg', 900, 0, 0, 4.5, 0, 1790000000000, 1790000000000);
INSERT INTO media (id, owner, state, created_at, unused_since) VALUES ('med3', 'vis_1', 'arriving', 1790000000000, 1790000000000);
INSERT INTO media (id, owner, state, created_at, unused_since) VALUES ('med4', 'vis_1', 'leaving', 1790000000000, 0);
INSERT INTO media_use VALUES ('message:mem_1:a', 'med1');
INSERT INTO link_preview VALUES ('https://kelp.example/mug', 1, 'A mug', 'Blue.', 'med1', 1790000000000);
INSERT INTO link_preview (url, found, fetched_at) VALUES ('https://kelp.example/nothing', 0, 1790000000000);
