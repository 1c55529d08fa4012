INSERT INTO report (id, at, platform, symptom, surface, country, city, sender, network, half_hour, is_shown)
    VALUES ('rep_1', 1790000001000, 'instagram', 'cannot_send', 'app', 'US', 'Phoenix', 'aa11', 'bb22', 994444, 1);
INSERT INTO report_bucket (at, platform, symptom, surface, country, city, shown, hidden)
    VALUES (1789999200000, 'instagram', 'cannot_send', 'app', 'US', 'Phoenix', 1, 0);
INSERT INTO report_day (at, platform, symptom, surface, country, city, shown, hidden)
    VALUES (1789948800000, 'instagram', 'cannot_send', 'app', 'US', 'Phoenix', 1, 0);
INSERT INTO report_network (at, network, count) VALUES (1789999200000, '', 1);
INSERT INTO report_salt (at, salt) VALUES (1789948800000, '5a17');
