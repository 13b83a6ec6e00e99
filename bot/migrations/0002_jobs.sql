-- Jobs, the calls made for them, their files and deliveries; conversations; Telegram's updates.

CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,               -- where it came from, as tg:<chat>:<message>
    customer INTEGER NOT NULL REFERENCES customer (id),
    door TEXT NOT NULL,
    scope TEXT NOT NULL,                    -- what its door counts waiting jobs by
    lane TEXT,                              -- jobs of one lane run one after the other
    kind TEXT NOT NULL CHECK (kind IN ('text', 'image', 'voice')),
    request TEXT NOT NULL,                  -- JSON
    place TEXT NOT NULL,                    -- JSON: where the answer goes
    delivers INTEGER NOT NULL CHECK (delivers IN (0, 1)),
    price INTEGER NOT NULL CHECK (price > 0),
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'answered', 'failed', 'cancelled', 'expired')),
    attempt INTEGER NOT NULL DEFAULT 0,
    boot TEXT,                              -- which run of the program has it
    charged INTEGER NOT NULL DEFAULT 0,
    answer TEXT,                            -- JSON, when answered
    error TEXT,                             -- the word for what went wrong, when not
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    CHECK (charged BETWEEN 0 AND price),
    CHECK ((state = 'answered') = (charged > 0)),
    CHECK ((state IN ('queued', 'running')) = (ended_at IS NULL))
) STRICT;
CREATE INDEX job_queued ON job (kind, id) WHERE state = 'queued';
CREATE INDEX job_running ON job (customer) WHERE state = 'running';
CREATE UNIQUE INDEX job_lane ON job (lane) WHERE state = 'running' AND lane IS NOT NULL;
CREATE INDEX job_lane_waiting ON job (lane, id) WHERE ended_at IS NULL AND lane IS NOT NULL;
CREATE INDEX job_waiting ON job (scope, kind) WHERE ended_at IS NULL;
CREATE INDEX job_customer ON job (customer, id);

CREATE TRIGGER job_ends_once BEFORE UPDATE OF state ON job
WHEN OLD.state NOT IN ('queued', 'running')
BEGIN SELECT RAISE(ABORT, 'a job ends once'); END;

CREATE TABLE call (
    job INTEGER NOT NULL REFERENCES job (id),
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'intent' CHECK (state IN ('intent', 'ok', 'error', 'late', 'unknown')),
    engine TEXT,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    price INTEGER NOT NULL,                 -- the job's, to estimate what unknown calls cost the house
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (job, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_unknown ON call (ended_at) WHERE state = 'unknown';

CREATE TABLE file (
    name TEXT PRIMARY KEY,                  -- 43 unguessable characters and an extension
    job INTEGER NOT NULL REFERENCES job (id),
    position INTEGER NOT NULL,
    media TEXT NOT NULL,
    size INTEGER NOT NULL,
    seconds REAL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (job, position)
) STRICT;
CREATE INDEX file_expires ON file (expires_at);

CREATE TABLE delivery (
    job INTEGER PRIMARY KEY REFERENCES job (id),
    door TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'done', 'dead')),
    boot TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    sent TEXT NOT NULL DEFAULT '[]',        -- JSON: what has arrived already, so that it isn't sent again
    next_at INTEGER NOT NULL,
    error TEXT,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX delivery_pending ON delivery (door, next_at) WHERE state = 'pending';

CREATE TABLE turn (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,             -- tg:<chat>:<topic>
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX turn_conversation ON turn (conversation, id);

CREATE TABLE update_received (
    bot INTEGER NOT NULL,
    id INTEGER NOT NULL,                    -- Telegram's update_id
    lane TEXT NOT NULL,                     -- updates of one lane are handled in order
    body TEXT NOT NULL,                     -- as Telegram sent it
    state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'processed', 'poisoned')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    received_at INTEGER NOT NULL,
    processed_at INTEGER,
    PRIMARY KEY (bot, id),
    CHECK ((state = 'received') = (processed_at IS NULL))
) STRICT;
CREATE INDEX update_waiting ON update_received (bot, received_at) WHERE state = 'received';
CREATE INDEX update_age ON update_received (received_at);
