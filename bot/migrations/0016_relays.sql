-- Requests of the OpenAI-compatible gateway: each with its hold, from the first byte to the last.

CREATE TABLE relay (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL REFERENCES account (id),
    code INTEGER NOT NULL REFERENCES api_code (id),
    path TEXT NOT NULL,                     -- /chat/completions …
    model TEXT NOT NULL,                    -- the public name
    held INTEGER NOT NULL CHECK (held > 0),
    charged INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'running'
        CHECK (state IN ('running', 'answered', 'left', 'refused', 'failed', 'unknown')),
    boot TEXT NOT NULL,                     -- which run of the program has it
    credential INTEGER,                     -- whose answer it was; may be gone by now
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK (charged BETWEEN 0 AND held),
    CHECK (charged = 0 OR state IN ('answered', 'left')),
    CHECK ((state = 'running') = (ended_at IS NULL))
) STRICT;
CREATE INDEX relay_running ON relay (boot) WHERE state = 'running';
CREATE INDEX relay_code ON relay (code, id);

CREATE TRIGGER relay_ends_once BEFORE UPDATE OF state ON relay WHEN OLD.state <> 'running'
BEGIN SELECT RAISE(ABORT, 'a relay ends once'); END;
