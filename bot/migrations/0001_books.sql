-- The books: accounts, transfers between them, holds. Amounts are whole millitokens.

CREATE TABLE account (
    id TEXT PRIMARY KEY,                    -- customer:<id>, sales, world:stars, world:grant …
    kind TEXT NOT NULL CHECK (kind IN ('customer', 'sales', 'world')),
    posted INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    CHECK (kind <> 'customer' OR posted >= held)
) STRICT, WITHOUT ROWID;

CREATE TABLE transfer (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,                     -- capture, refund, stars, signup, grant …
    source TEXT NOT NULL REFERENCES account (id),
    destination TEXT NOT NULL REFERENCES account (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    reason TEXT,
    created_at INTEGER NOT NULL,
    CHECK (source <> destination)
) STRICT;
CREATE INDEX transfer_source ON transfer (source, id);
CREATE INDEX transfer_destination ON transfer (destination, id);

CREATE TRIGGER transfer_is_never_changed BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER transfer_is_never_deleted BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

CREATE TABLE hold (
    key TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'captured', 'voided')),
    captured INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    CHECK (captured BETWEEN 0 AND amount),
    CHECK ((state = 'captured') = (captured > 0))
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_open ON hold (account) WHERE state = 'open';

CREATE TRIGGER hold_ends_once BEFORE UPDATE ON hold WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'a hold ends once'); END;
CREATE TRIGGER hold_keeps_its_amount BEFORE UPDATE OF key, account, amount ON hold
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER hold_is_never_deleted BEFORE DELETE ON hold
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

INSERT INTO account (id, kind) VALUES
    ('sales', 'sales'), ('world:stars', 'world'), ('world:grant', 'world');

CREATE TABLE customer (
    id INTEGER PRIMARY KEY,
    telegram_id INTEGER UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    username TEXT,
    language TEXT,                          -- a folder of locales/; NULL until chosen
    mode TEXT,                              -- a text mode of the catalogue
    speaks INTEGER NOT NULL DEFAULT 0 CHECK (speaks IN (0, 1)),  -- answers come as voice too
    invited_by INTEGER REFERENCES customer (id),
    blocked_at INTEGER,                     -- the person blocked the bot
    banned_at INTEGER,                      -- an admin blocked the person
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_code (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer (id),
    name TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,            -- HMAC-SHA256(pepper, code); the code itself is never stored
    shown TEXT NOT NULL,                    -- its beginning and end, to know it by
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX api_code_customer ON api_code (customer);

CREATE TABLE invoice (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer (id),
    pack TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),  -- what is credited: frozen here
    stars INTEGER NOT NULL CHECK (stars > 0),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE payment (
    charge TEXT PRIMARY KEY,                -- telegram_payment_charge_id
    invoice INTEGER NOT NULL REFERENCES invoice (id),
    customer INTEGER NOT NULL REFERENCES customer (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    stars INTEGER NOT NULL CHECK (stars > 0),
    state TEXT NOT NULL DEFAULT 'credited' CHECK (state IN ('credited', 'refund_requested', 'refunded')),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_refund ON payment (state) WHERE state = 'refund_requested';
