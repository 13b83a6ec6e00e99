-- The gateway whole: what a relay cost upstream, pictures that are hosted for it, conversations that are kept.

ALTER TABLE relay ADD COLUMN asked TEXT;        -- the upstream's model; our own engine, where that spoke
ALTER TABLE relay ADD COLUMN pictures INTEGER;
ALTER TABLE relay ADD COLUMN characters INTEGER;
ALTER TABLE relay ADD COLUMN seconds INTEGER;

CREATE TABLE file_of_any (
    name TEXT PRIMARY KEY,                  -- 43 unguessable characters and an extension
    job INTEGER REFERENCES job (id),        -- what made it: a job, or a relay
    relay INTEGER REFERENCES relay (id),
    position INTEGER NOT NULL,
    media TEXT NOT NULL,
    size INTEGER NOT NULL,
    seconds REAL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    code INTEGER,                           -- with which it was asked for
    UNIQUE (job, position),
    UNIQUE (relay, position),
    CHECK ((job IS NULL) <> (relay IS NULL))
) STRICT;
INSERT INTO file_of_any (name, job, position, media, size, seconds, created_at, expires_at, code)
    SELECT name, job, position, media, size, seconds, created_at, expires_at, code FROM file;
DROP TABLE file;
ALTER TABLE file_of_any RENAME TO file;
CREATE INDEX file_expires ON file (expires_at);
CREATE INDEX file_code ON file (code, size) WHERE code IS NOT NULL;

CREATE TABLE kept_conversation (
    id TEXT PRIMARY KEY,                    -- conv_ and 32 unguessable characters
    customer INTEGER NOT NULL REFERENCES customer (id),
    system TEXT,                            -- JSON: the messages that say how to answer
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_conversation_customer ON kept_conversation (customer, used_at);
CREATE INDEX kept_conversation_used ON kept_conversation (used_at);

CREATE TABLE kept_message (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES kept_conversation (id) ON DELETE CASCADE,
    message TEXT NOT NULL,                  -- JSON, as the API has it
    bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_message_conversation ON kept_message (conversation, id);
