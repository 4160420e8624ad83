-- Who changed a guardrail last, and that it could not be evaluated. Nothing decides by it, so that it moves no epoch.
CREATE TABLE guardrail_notes (
    guardrail BYTEA NOT NULL PRIMARY KEY REFERENCES guardrails (id) ON DELETE CASCADE,
    changed_by BYTEA REFERENCES principals (id),
    changed_at BIGINT,
    failures BIGINT NOT NULL,
    failed_at BIGINT
);

-- What was done where by whom, by kind of event and UTC day (days since 1970); a place's counts are its own. Derived from the log by a
-- job, like the other tables of usage, with a mark of its own: the log is counted from its beginning.
CREATE TABLE usage_deeds (
    scope BYTEA NOT NULL,
    principal BYTEA NOT NULL,
    kind TEXT NOT NULL,
    day BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (kind, scope, principal, day)
);
CREATE INDEX usage_deeds_day ON usage_deeds (day);
CREATE TABLE usage_deeds_mark (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    next_index BIGINT NOT NULL,
    day BIGINT NOT NULL
);
INSERT INTO usage_deeds_mark (one, next_index, day) VALUES (1, 0, 0);
