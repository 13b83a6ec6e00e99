-- API codes whole: budgets, restrictions, a pause, rotation, their own limits, tokens set aside; blocks.

ALTER TABLE api_code ADD COLUMN committed INTEGER NOT NULL DEFAULT 0 CHECK (committed >= 0); -- charged and held
ALTER TABLE api_code ADD COLUMN budget_day INTEGER CHECK (budget_day > 0);  -- millitokens; NULL: any
ALTER TABLE api_code ADD COLUMN budget_all INTEGER CHECK (budget_all > 0);
ALTER TABLE api_code ADD COLUMN expires_at INTEGER;
ALTER TABLE api_code ADD COLUMN paused_at INTEGER;
ALTER TABLE api_code ADD COLUMN kinds TEXT;         -- JSON; NULL: all
ALTER TABLE api_code ADD COLUMN models TEXT;        -- JSON; NULL: all
ALTER TABLE api_code ADD COLUMN networks TEXT;      -- JSON, CIDR; NULL: everywhere
ALTER TABLE api_code ADD COLUMN limits TEXT;        -- JSON: at one time, by kind; NULL: the settings'
ALTER TABLE api_code ADD COLUMN aside INTEGER NOT NULL DEFAULT 0 CHECK (aside IN (0, 1)); -- pays of its own
ALTER TABLE api_code ADD COLUMN previous BLOB;      -- the digest before the last rotation
ALTER TABLE api_code ADD COLUMN previous_until INTEGER;
ALTER TABLE api_code ADD COLUMN secret INTEGER NOT NULL DEFAULT 0;  -- the number of its signing secret
ALTER TABLE api_code ADD COLUMN secret_until INTEGER;  -- until when the one before signs too
CREATE UNIQUE INDEX api_code_previous ON api_code (previous) WHERE previous IS NOT NULL;

CREATE TABLE code_day (
    code INTEGER NOT NULL REFERENCES api_code (id),
    day INTEGER NOT NULL,                   -- days since 1970 on which the jobs were asked for
    jobs INTEGER NOT NULL,
    committed INTEGER NOT NULL CHECK (committed >= 0),  -- charged and held
    PRIMARY KEY (code, day)
) STRICT, WITHOUT ROWID;

INSERT INTO code_day SELECT code, created_at / 86400000, count(*),
    sum(CASE WHEN ended_at IS NULL THEN price ELSE charged END) FROM job WHERE code IS NOT NULL GROUP BY 1, 2;
UPDATE api_code SET committed =
    coalesce((SELECT sum(committed) FROM code_day WHERE code_day.code = api_code.id), 0);

CREATE TABLE code_request (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer (id),
    name TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'approved', 'refused')),
    decided_by INTEGER,                     -- Telegram id of the admin
    created_at INTEGER NOT NULL,
    CHECK ((state = 'asked') = (decided_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX code_request_open ON code_request (customer) WHERE state = 'asked';

CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,           -- a network, or code:<id>
    why TEXT NOT NULL,
    times INTEGER NOT NULL,                 -- how often in a row: each block is longer
    at INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX job_refused ON job (code, ended_at) WHERE error = 'error-content-refused';

ALTER TABLE file ADD COLUMN code INTEGER;   -- whose job made it
UPDATE file SET code = (SELECT code FROM job WHERE job.id = file.job);
CREATE INDEX file_code ON file (code, size) WHERE code IS NOT NULL;
