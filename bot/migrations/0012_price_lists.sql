-- Prices as they have been: each tariff and list of packs that was in force, who changed it and when.

CREATE TABLE price_list (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('tariff', 'packs')),
    body TEXT NOT NULL,                     -- TOML, as in billing/tariff.toml and bot/catalog/packs.toml
    source TEXT NOT NULL CHECK (source IN ('file', 'admin')),
    base INTEGER REFERENCES price_list (id),  -- what it changes: it can replace only that
    state TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'dropped')),
    made_by INTEGER,                        -- Telegram id of the admin; NULL: it is the operator's file
    made_at INTEGER NOT NULL,
    decided_by INTEGER,
    decided_at INTEGER,
    CHECK ((source = 'file') = (made_by IS NULL)),
    CHECK ((state = 'proposed') = (decided_at IS NULL))
) STRICT;
CREATE INDEX price_list_confirmed ON price_list (kind, id) WHERE state = 'confirmed';  -- the last is in force

CREATE TRIGGER price_list_is_decided_once BEFORE UPDATE ON price_list WHEN OLD.state <> 'proposed'
BEGIN SELECT RAISE(ABORT, 'a price list is decided once'); END;
CREATE TRIGGER price_list_keeps_its_body BEFORE UPDATE OF kind, body, source, base, made_by ON price_list
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER price_list_is_never_deleted BEFORE DELETE ON price_list
BEGIN SELECT RAISE(ABORT, 'append-only'); END;

ALTER TABLE job ADD COLUMN tariff INTEGER REFERENCES price_list (id);  -- the one that its price was reckoned by
