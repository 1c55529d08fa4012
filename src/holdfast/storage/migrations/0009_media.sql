-- What people sent along or show: the files themselves lie in the data directory, in a folder of this id.
-- state: 'arriving' (its bytes are being taken in), 'kept', 'leaving' (its files are being removed)
CREATE TABLE media (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT '',
    type TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    bytes BIGINT NOT NULL DEFAULT 0,
    width BIGINT NOT NULL DEFAULT 0,
    height BIGINT NOT NULL DEFAULT 0,
    seconds DOUBLE PRECISION NOT NULL DEFAULT 0,
    has_thumb BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    unused_since BIGINT
);
CREATE INDEX media_owner ON media (owner);
CREATE INDEX media_unused ON media (unused_since) WHERE unused_since IS NOT NULL;

-- used_by: 'message:<id>', 'member:<id>' and others: what is gone with its last use
CREATE TABLE media_use (
    used_by TEXT NOT NULL,
    media_id TEXT NOT NULL REFERENCES media(id),
    PRIMARY KEY (used_by, media_id)
);
CREATE INDEX media_use_media ON media_use (media_id);

-- what pages on the web say of themselves; found is 0 where there was nothing to show
CREATE TABLE link_preview (
    url TEXT PRIMARY KEY,
    found BIGINT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    picture_id TEXT,
    fetched_at BIGINT NOT NULL
);
CREATE INDEX link_preview_age ON link_preview (fetched_at);
