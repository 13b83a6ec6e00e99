-- Other ways to pay than Stars: orders and payments know their method and currency; card-to-card receipts.

ALTER TABLE invoice RENAME COLUMN stars TO price;  -- in the currency's smallest unit, as Telegram counts
ALTER TABLE invoice ADD COLUMN currency TEXT NOT NULL DEFAULT 'XTR';    -- XTR: Stars
ALTER TABLE invoice ADD COLUMN method TEXT NOT NULL DEFAULT 'stars';    -- paid from the account world:<method>
ALTER TABLE invoice ADD COLUMN stars INTEGER
    GENERATED ALWAYS AS (CASE currency WHEN 'XTR' THEN price ELSE 0 END) VIRTUAL;

ALTER TABLE payment RENAME COLUMN stars TO price;
ALTER TABLE payment ADD COLUMN currency TEXT NOT NULL DEFAULT 'XTR';
ALTER TABLE payment ADD COLUMN method TEXT NOT NULL DEFAULT 'stars';
ALTER TABLE payment ADD COLUMN stars INTEGER
    GENERATED ALWAYS AS (CASE currency WHEN 'XTR' THEN price ELSE 0 END) VIRTUAL;
ALTER TABLE payment ADD COLUMN provider_charge TEXT;    -- the payment's number at the provider

INSERT INTO account (id, kind) VALUES ('world:card', 'world'), ('world:provider', 'world');

CREATE TABLE receipt (
    id INTEGER PRIMARY KEY,
    invoice INTEGER NOT NULL REFERENCES invoice (id),
    customer INTEGER NOT NULL REFERENCES customer (id),
    reference TEXT NOT NULL,                -- the bank's number of the transfer
    photo TEXT NOT NULL,                    -- Telegram's file_id
    digest BLOB NOT NULL,                   -- SHA-256 of the photo
    state TEXT NOT NULL DEFAULT 'submitted' CHECK (state IN ('submitted', 'approved', 'rejected')),
    decided_by INTEGER,                     -- Telegram id of the admin
    decided_at INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((state = 'submitted') = (decided_by IS NULL)),
    CHECK ((state = 'submitted') = (decided_at IS NULL))
) STRICT;
-- What was rejected counts for nothing: the rightful owner of a number that a stranger sent may still send it.
CREATE UNIQUE INDEX receipt_reference ON receipt (reference) WHERE state <> 'rejected';
CREATE UNIQUE INDEX receipt_digest ON receipt (digest) WHERE state <> 'rejected';
CREATE UNIQUE INDEX receipt_invoice ON receipt (invoice) WHERE state <> 'rejected';
CREATE INDEX receipt_decided ON receipt (decided_by, decided_at) WHERE state = 'approved';

CREATE TRIGGER receipt_is_decided_once BEFORE UPDATE ON receipt WHEN OLD.state <> 'submitted'
BEGIN SELECT RAISE(ABORT, 'a receipt is decided once'); END;

-- A month was given back: Telegram is to cancel the subscription, and is asked until it has answered.
ALTER TABLE subscription ADD COLUMN cancel_due INTEGER NOT NULL DEFAULT 0 CHECK (cancel_due IN (0, 1));
CREATE INDEX subscription_cancel_due ON subscription (id) WHERE cancel_due = 1;
