-- what people report: a row for two days, so that nobody counts twice and details can follow; then counts alone
CREATE TABLE report (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    platform TEXT NOT NULL,
    symptom TEXT NOT NULL,
    surface TEXT NOT NULL,
    country TEXT NOT NULL,
    city TEXT NOT NULL,
    sender TEXT NOT NULL,
    network TEXT NOT NULL,
    half_hour INTEGER NOT NULL,
    is_shown INTEGER NOT NULL,
    UNIQUE (sender, platform, symptom, half_hour)
);
CREATE INDEX report_by_time ON report (at);
-- by quarter of an hour
CREATE TABLE report_bucket (
    at INTEGER NOT NULL,
    platform TEXT NOT NULL,
    symptom TEXT NOT NULL,
    surface TEXT NOT NULL,
    country TEXT NOT NULL,
    city TEXT NOT NULL,
    shown INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    PRIMARY KEY (at, platform, symptom, surface, country, city)
);
-- by day, counted from midnight UTC
CREATE TABLE report_day (
    at INTEGER NOT NULL,
    platform TEXT NOT NULL,
    symptom TEXT NOT NULL,
    surface TEXT NOT NULL,
    country TEXT NOT NULL,
    city TEXT NOT NULL,
    shown INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    PRIMARY KEY (at, platform, symptom, surface, country, city)
);
-- how much comes from one network, so that none speaks for all; the network is a salted hash, '' is all of them
CREATE TABLE report_network (
    at INTEGER NOT NULL,
    network TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (at, network)
);
-- what the hashes of a day are salted with; forgotten with the rows
CREATE TABLE report_salt (
    at INTEGER PRIMARY KEY,
    salt TEXT NOT NULL
);
