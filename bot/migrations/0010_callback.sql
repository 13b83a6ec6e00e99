-- The callback API: which code asked, where answers go, replies that are repeated, addresses that fail.

ALTER TABLE job ADD COLUMN code INTEGER REFERENCES api_code (id);
ALTER TABLE job ADD COLUMN target TEXT;        -- the host that the answer goes to; deliveries are fair between them
CREATE INDEX job_code ON job (code, id) WHERE code IS NOT NULL;

ALTER TABLE delivery ADD COLUMN target TEXT;
ALTER TABLE delivery ADD COLUMN status INTEGER; -- HTTP status of the last try
CREATE INDEX delivery_due ON delivery (door, next_at, target) WHERE state = 'pending';

ALTER TABLE api_code ADD COLUMN addresses_most INTEGER NOT NULL DEFAULT 0;  -- a day; 0: any number

CREATE TABLE code_address (
    code INTEGER NOT NULL REFERENCES api_code (id),
    day INTEGER NOT NULL,                       -- days since 1970
    address TEXT NOT NULL,
    PRIMARY KEY (code, day, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE reply (
    code INTEGER NOT NULL REFERENCES api_code (id),
    key TEXT NOT NULL,                          -- Idempotency-Key, hashed
    content BLOB NOT NULL,                      -- digest of what was asked
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (code, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX reply_age ON reply (created_at);

CREATE TABLE endpoint (
    customer INTEGER NOT NULL REFERENCES customer (id),
    target TEXT NOT NULL,                       -- scheme://host:port
    failed INTEGER NOT NULL DEFAULT 0,          -- tries in a row that failed
    paused_until INTEGER,
    PRIMARY KEY (customer, target)
) STRICT, WITHOUT ROWID;
