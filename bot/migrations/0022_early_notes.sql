-- Voice notes that went out while the rest of their answer was still being spoken: not to be sent again.

CREATE TABLE early_note (
    job INTEGER NOT NULL REFERENCES job (id),
    position INTEGER NOT NULL,
    message INTEGER NOT NULL,               -- as in delivery.sent
    PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;
