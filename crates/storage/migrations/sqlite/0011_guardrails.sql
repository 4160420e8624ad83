-- Who changed a guardrail last, and that it could not be evaluated. Nothing decides by it, so that it moves no epoch.
CREATE TABLE guardrail_notes (
    guardrail BLOB NOT NULL PRIMARY KEY REFERENCES guardrails (id) ON DELETE CASCADE,
    changed_by BLOB REFERENCES principals (id),
    changed_at INTEGER,
    failures INTEGER NOT NULL,
    failed_at INTEGER
) STRICT;

-- What was done where by whom, by kind of event and UTC day (days since 1970); a place's counts are its own. Derived from the log by a
-- job, like the other tables of usage, with a mark of its own: the log is counted from its beginning.
CREATE TABLE usage_deeds (
    scope BLOB NOT NULL,
    principal BLOB NOT NULL,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (kind, scope, principal, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_deeds_day ON usage_deeds (day);
CREATE TABLE usage_deeds_mark (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    next_index INTEGER NOT NULL,
    day INTEGER NOT NULL
) STRICT;
INSERT INTO usage_deeds_mark (one, next_index, day) VALUES (1, 0, 0);
