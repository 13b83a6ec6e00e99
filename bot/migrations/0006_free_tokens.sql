-- Tokens that nobody paid for: gifts between customers. Refills and invites need no rows of their own.

CREATE TABLE gift (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,               -- the message that asked for it
    sender INTEGER NOT NULL REFERENCES customer (id),
    receiver INTEGER NOT NULL REFERENCES customer (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'given', 'returned')),
    created_at INTEGER NOT NULL,
    given_at INTEGER,
    CHECK (sender <> receiver),
    CHECK ((state = 'asked') = (given_at IS NULL))
) STRICT;
CREATE INDEX gift_sender ON gift (sender, given_at) WHERE state = 'given';
CREATE INDEX customer_username ON customer (lower(username)) WHERE username IS NOT NULL;
CREATE INDEX customer_invited ON customer (invited_by) WHERE invited_by IS NOT NULL;
