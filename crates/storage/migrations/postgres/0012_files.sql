-- What a change of guardrails does is found out in a snapshot and counts in the same epoch only; it depends on who is active, too.
CREATE TRIGGER epoch_principals_person AFTER UPDATE OF state, outside ON principals
FOR EACH ROW WHEN (NEW.kind <> 'team' AND (NEW.state <> OLD.state OR NEW.outside <> OLD.outside)) EXECUTE FUNCTION bump_epoch();

-- What a service identity may carry out by files: a part of its grant of the role "Policy files", made with it and never changed, so
-- that the grant moves the epoch for both (rule 10).
CREATE TABLE file_delegations (
    given BYTEA NOT NULL PRIMARY KEY REFERENCES grants (id),
    may_grant TEXT NOT NULL,
    roles BIGINT NOT NULL CHECK (roles IN (0, 1)),
    guardrails BIGINT NOT NULL CHECK (guardrails IN (0, 1)),
    approved_by BYTEA NOT NULL REFERENCES principals (id)
);

-- What files said of each thing when they were applied last. Nothing decides by it.
CREATE TABLE file_objects (
    kind TEXT NOT NULL CHECK (kind IN ('role', 'guardrail', 'grant')),
    id TEXT NOT NULL,
    digest BYTEA NOT NULL,
    applied_at BIGINT NOT NULL,
    applied_by BYTEA NOT NULL REFERENCES principals (id),
    PRIMARY KEY (kind, id)
);
