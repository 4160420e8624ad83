-- Changes that widen their author's own access wait here for a second Owner (rule 13). Nothing decides by these rows:
-- an approved change is executed by the same statements as any other.
CREATE TABLE proposals (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    widens TEXT NOT NULL,
    reason TEXT NOT NULL,
    author BYTEA NOT NULL REFERENCES principals (id),
    proposed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'executed', 'refused', 'withdrawn')),
    answered_by BYTEA REFERENCES principals (id),
    answered_at BIGINT,
    word TEXT,
    CHECK ((state = 'open') = (answered_by IS NULL)),
    CHECK ((answered_by IS NULL) = (answered_at IS NULL)),
    CHECK ((answered_by IS NULL) = (word IS NULL))
);
CREATE INDEX proposals_newest ON proposals (proposed_at, id);

-- People, teams and services are browsed by name.
CREATE INDEX principals_by_name ON principals (folded, id);
