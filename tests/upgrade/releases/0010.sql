INSERT INTO profile (id, body, picture, version, updated_at, updated_by)
    VALUES ('profile', '{"name":"Kelp"}', '', 3, 1790000000000, 'agent:agt_1');
INSERT INTO post (id, slug, state, at, title, text, link, source, external_id, digest, missed, pinned, starts_at, ends_at,
    place, created_at, created_by, updated_at)
    VALUES ('pst_1', 'beach-clean-up', 'published', 1790000000000, 'Beach clean-up', 'Sunday at nine.', '', '', 'pst_1', '',
    0, 1, 1790100000000, 1790110000000, 'The pier', 1790000000000, 'agent:agt_1', 1790000000000);
INSERT INTO post (id, slug, state, at, text, link, source, external_id, digest, created_at, updated_at)
    VALUES ('pst_2', 'pst_2', 'hidden', 1790000000000, 'New mugs', 'https://www.instagram.com/p/1/', 'instagram:shop',
    '17900000000000001', 'digest', 1790000000000, 1790000000000);
INSERT INTO post_picture (post_id, place, file, kind, alt, link, external_id)
    VALUES ('pst_2', 0, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.png', 'picture', 'Mugs', '', '17900000000000001');
INSERT INTO post_file (name, type, bytes, made_at)
    VALUES ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.png', 'image/png', x'89504e47', 1790000000000);
