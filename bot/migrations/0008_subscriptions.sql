-- Subscriptions: an invoice that Telegram pays again every month.

ALTER TABLE invoice ADD COLUMN period INTEGER NOT NULL DEFAULT 0;  -- seconds of its month; 0: bought once

CREATE TABLE subscription (
    id INTEGER PRIMARY KEY,
    invoice INTEGER NOT NULL UNIQUE REFERENCES invoice (id),
    customer INTEGER NOT NULL REFERENCES customer (id),
    charge TEXT NOT NULL,                   -- the first payment's: Telegram knows the subscription by it
    first_at INTEGER NOT NULL,
    paid_until INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'canceled', 'failed')),
    by_us INTEGER NOT NULL DEFAULT 0 CHECK (by_us IN (0, 1))  -- cancelled by the bot: only it can allow more
) STRICT;
CREATE INDEX subscription_customer ON subscription (customer, paid_until);
