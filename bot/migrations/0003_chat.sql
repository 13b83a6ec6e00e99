-- What the Telegram door remembers between two messages.

ALTER TABLE customer ADD COLUMN awaiting TEXT;  -- what the next message of this person is for: support

CREATE TABLE picture_draft (
    id TEXT PRIMARY KEY,                    -- random: it is in the buttons
    customer INTEGER NOT NULL REFERENCES customer (id),
    prompt TEXT NOT NULL,
    place TEXT NOT NULL,                    -- JSON
    style TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX picture_draft_age ON picture_draft (created_at);

CREATE TABLE support_message (
    admin INTEGER NOT NULL,                 -- Telegram id of the admin who got it
    message INTEGER NOT NULL,               -- its id in the admin's chat: a reply to it answers
    customer INTEGER NOT NULL REFERENCES customer (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (admin, message)
) STRICT;

CREATE TABLE chat_moved (
    chat INTEGER PRIMARY KEY,               -- a group that became a supergroup
    moved_to INTEGER NOT NULL
) STRICT;
