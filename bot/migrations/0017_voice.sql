-- How people like to be spoken to.

CREATE TABLE voice_choice (
    customer INTEGER PRIMARY KEY REFERENCES customer (id),
    language TEXT,                          -- a code of voices.tsv; NULL: each text's own
    voices TEXT NOT NULL DEFAULT '',        -- the preferred one of each language, as fa/dilara en/guy
    style TEXT,
    speed INTEGER NOT NULL DEFAULT 0 CHECK (speed BETWEEN -100 AND 200),
    pitch INTEGER NOT NULL DEFAULT 0 CHECK (pitch BETWEEN -50 AND 50),
    replies INTEGER NOT NULL DEFAULT 1 CHECK (replies IN (0, 1)) -- a voice message is answered by voice
) STRICT;
