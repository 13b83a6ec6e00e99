-- What customers ask to have refunded and an admin must decide.

CREATE TABLE refund_request (
    id INTEGER PRIMARY KEY,
    payment INTEGER NOT NULL UNIQUE REFERENCES payment (id),
    state TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'approved', 'rejected')),
    decided_by INTEGER,                     -- Telegram id of the admin
    decided_at INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((state = 'asked') = (decided_by IS NULL)),
    CHECK ((state = 'asked') = (decided_at IS NULL))
) STRICT;
CREATE INDEX refund_request_asked ON refund_request (id) WHERE state = 'asked';

CREATE TRIGGER refund_request_is_decided_once BEFORE UPDATE ON refund_request WHEN OLD.state <> 'asked'
BEGIN SELECT RAISE(ABORT, 'a request is decided once'); END;
