-- what the business says of itself, in one row; version counts every change of what the public page shows
CREATE TABLE profile (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    picture TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL DEFAULT ''
);

-- what the business tells; one that was mirrored bears its channel, its id there and a digest of what it said
CREATE TABLE post (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    at BIGINT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    link TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',
    external_id TEXT NOT NULL,
    digest TEXT NOT NULL DEFAULT '',
    missed BIGINT NOT NULL DEFAULT 0,
    pinned BIGINT NOT NULL DEFAULT 0,
    starts_at BIGINT,
    ends_at BIGINT,
    place TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL DEFAULT '',
    updated_at BIGINT NOT NULL,
    UNIQUE (source, external_id)
);
CREATE INDEX post_newest ON post (at, id);
CREATE INDEX post_state ON post (state, at, id);
CREATE INDEX post_mirrored ON post (source, at);
CREATE INDEX post_scheduled ON post (at) WHERE state = 'scheduled';
CREATE INDEX post_pinned ON post (pinned, state, at);
CREATE INDEX post_dated ON post (state, starts_at) WHERE starts_at IS NOT NULL;

CREATE TABLE post_picture (
    post_id TEXT NOT NULL REFERENCES post(id),
    place BIGINT NOT NULL,
    file TEXT NOT NULL,
    kind TEXT NOT NULL,
    alt TEXT NOT NULL DEFAULT '',
    link TEXT NOT NULL DEFAULT '',
    external_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (post_id, place)
);
CREATE INDEX post_picture_file ON post_picture (file);

-- pictures of the public page, named after their content; every node puts them where its page's process finds them
CREATE TABLE post_file (
    name TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX post_file_age ON post_file (made_at);
