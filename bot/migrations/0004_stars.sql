-- Payments that know their refund's fate and whether the payer was told; Telegram's own list of them.

CREATE TABLE payment_of_today (
    id INTEGER PRIMARY KEY,
    charge TEXT NOT NULL UNIQUE,            -- telegram_payment_charge_id
    invoice INTEGER NOT NULL REFERENCES invoice (id),
    customer INTEGER NOT NULL REFERENCES customer (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    stars INTEGER NOT NULL CHECK (stars > 0),
    state TEXT NOT NULL DEFAULT 'credited'
        CHECK (state IN ('credited', 'refund_requested', 'refunded', 'refund_failed')),
    created_at INTEGER NOT NULL,
    refund_at INTEGER,                      -- when it was taken back
    told_at INTEGER                         -- when the payer got the receipt
) STRICT;
INSERT INTO payment_of_today (charge, invoice, customer, amount, stars, state, created_at, told_at)
    SELECT charge, invoice, customer, amount, stars, state, created_at, created_at FROM payment
    ORDER BY created_at, charge;
DROP TABLE payment;
ALTER TABLE payment_of_today RENAME TO payment;
CREATE INDEX payment_refund ON payment (state) WHERE state = 'refund_requested';
CREATE INDEX payment_customer ON payment (customer, id);
CREATE INDEX payment_untold ON payment (id) WHERE told_at IS NULL;

CREATE TABLE star_transaction (
    id TEXT NOT NULL,                       -- a payment's charge; its refund has the same id
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    stars INTEGER NOT NULL,
    nanostars INTEGER NOT NULL,             -- billionths of a Star, beside the whole ones
    partner TEXT NOT NULL,                  -- with whom: invoice_payment, fragment, telegram_ads …
    telegram_id INTEGER,
    payload TEXT,
    state TEXT NOT NULL CHECK (state IN (
        'booked',                           -- a payment or a refund that our books have
        'noted',                            -- nothing of ours: a withdrawal, an ad …
        'unmatched',                        -- an operator must look
        'returning', 'returned'             -- it was unmatched, and the payer gets the Stars back
    )),
    at INTEGER NOT NULL,
    listed_at INTEGER,                      -- when it was read from Telegram's list; NULL: from an update only
    PRIMARY KEY (id, direction)
) STRICT, WITHOUT ROWID;
CREATE INDEX star_transaction_unmatched ON star_transaction (state) WHERE state IN ('unmatched', 'returning');

CREATE TABLE star_list (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    next_offset INTEGER NOT NULL            -- how many of Telegram's transactions have been read
) STRICT;
INSERT INTO star_list VALUES (1, 0);

-- debt:<customer> is an account of the world: what it is below zero is what the customer owes.
CREATE TRIGGER debt_is_never_overpaid BEFORE UPDATE OF posted ON account
WHEN substr(NEW.id, 1, 5) = 'debt:' AND NEW.posted > 0
BEGIN SELECT RAISE(ABORT, 'a debt is never overpaid'); END;

ALTER TABLE customer ADD COLUMN spoken TEXT;  -- a folder of locales/: their Telegram's language, until one is chosen
