-- What the content rules have found: refused, or noted for an admin. Forgotten after MODERATION_DAYS.

CREATE TABLE flagged (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,                    -- milliseconds since 1970
    customer INTEGER NOT NULL REFERENCES customer (id),
    code INTEGER REFERENCES api_code (id),
    door TEXT NOT NULL,                     -- telegram, callback_api, /chat/completions …
    job INTEGER REFERENCES job (id),
    refused INTEGER NOT NULL CHECK (refused IN (0, 1)),
    found_by TEXT NOT NULL,                 -- lists, a moderation model, or upstream: the model that was asked
    categories TEXT NOT NULL,
    words TEXT NOT NULL,                    -- of the lists
    digest BLOB,                            -- of the text: the same one is noted once
    excerpt TEXT NOT NULL                   -- its beginning
) STRICT;

CREATE INDEX flagged_at ON flagged (at);
CREATE INDEX flagged_digest ON flagged (digest);

DROP INDEX job_refused;                     -- refusals are counted here now
