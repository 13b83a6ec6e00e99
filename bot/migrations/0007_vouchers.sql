-- Vouchers: a code that so many customers can turn into tokens, each once.

INSERT INTO account (id, kind) VALUES ('world:voucher', 'world');

CREATE TABLE voucher (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,               -- the message that asked for it
    digest BLOB NOT NULL UNIQUE,            -- HMAC-SHA256(pepper, code); the code itself is never stored
    shown TEXT NOT NULL,                    -- its end, to know it by
    amount INTEGER NOT NULL CHECK (amount > 0),
    most INTEGER NOT NULL CHECK (most > 0),
    used INTEGER NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND most),
    made_by INTEGER NOT NULL,               -- Telegram id of the admin
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

CREATE TABLE redemption (
    voucher INTEGER NOT NULL REFERENCES voucher (id),
    customer INTEGER NOT NULL REFERENCES customer (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (voucher, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE voucher_guess (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customer (id),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX voucher_guess_customer ON voucher_guess (customer, created_at);
