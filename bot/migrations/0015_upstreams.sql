-- The pool: servers that speak the OpenAI API, and the secrets for them.

CREATE TABLE upstream (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,              -- the operator's; `settings` is that of OPENAI_API_KEY
    base_url TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE credential (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    upstream INTEGER NOT NULL REFERENCES upstream (id),
    digest BLOB NOT NULL UNIQUE,            -- HMAC of the secret: nothing is added twice
    secret BLOB,                            -- JSON, encrypted; NULL where it is in the settings
    shown TEXT NOT NULL,                    -- its beginning and end, to know it by
    weight INTEGER NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
    models TEXT NOT NULL DEFAULT '',        -- names, with commas between and * at will; '': all of the server
    state TEXT NOT NULL DEFAULT 'enabled'
        CHECK (state IN ('enabled', 'disabled', 'refused')),  -- by an admin; by the upstream
    error TEXT,                             -- the last thing that went wrong
    error_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
