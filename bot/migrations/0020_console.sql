-- The console: links to come in by, sessions of admins, and what its charts show.

CREATE TABLE console_link (
    digest BLOB PRIMARY KEY,                -- SHA-256 of the secret in the link
    admin INTEGER NOT NULL UNIQUE,          -- Telegram id; a new link ends the one before
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE console_session (
    digest BLOB PRIMARY KEY,                -- SHA-256 of the cookie's secret
    admin INTEGER NOT NULL,                 -- Telegram id
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    told TEXT NOT NULL DEFAULT ''           -- what came of the last act: the next page says it once
) STRICT, WITHOUT ROWID;

CREATE TABLE figure (
    minute INTEGER PRIMARY KEY,             -- since 1970; what happened in it
    jobs INTEGER NOT NULL,
    relays INTEGER NOT NULL,
    captured INTEGER NOT NULL,              -- millitokens, without what was given back
    failed INTEGER NOT NULL,                -- requests that an upstream failed
    queued INTEGER NOT NULL                 -- jobs that waited at its end
) STRICT;

CREATE INDEX delivery_dead ON delivery (job) WHERE state = 'dead';
