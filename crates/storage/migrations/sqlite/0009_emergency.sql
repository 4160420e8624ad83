-- Emergency access (rule 14). A right decides nothing: drawing it is asked under the lock with the row as it stands, and becomes a
-- grant that decides like any other, so that the epoch moves by that (rule 10).

CREATE TABLE emergency_rights (
    id BLOB NOT NULL PRIMARY KEY,
    principal BLOB NOT NULL REFERENCES principals (id),
    role BLOB NOT NULL REFERENCES roles (id),
    scope BLOB NOT NULL REFERENCES scopes (id),
    reason TEXT NOT NULL,
    given_by BLOB NOT NULL REFERENCES principals (id),
    given_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_by BLOB REFERENCES principals (id),
    ended_reason TEXT,
    CHECK (ends_at > given_at),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
) STRICT;
CREATE INDEX emergency_rights_principal ON emergency_rights (principal);
CREATE INDEX emergency_rights_scope ON emergency_rights (scope);

CREATE TABLE emergency_draws (
    id BLOB NOT NULL PRIMARY KEY,
    emergency_right BLOB NOT NULL REFERENCES emergency_rights (id),
    given BLOB NOT NULL CONSTRAINT emergency_draws_given UNIQUE REFERENCES grants (id),
    reason TEXT NOT NULL,
    drawn_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    closed_at INTEGER,
    reviewed_by BLOB REFERENCES principals (id),
    reviewed_at INTEGER,
    verdict TEXT CHECK (verdict IN ('justified', 'not-justified')),
    review_words TEXT,
    CHECK ((reviewed_at IS NULL) = (reviewed_by IS NULL)),
    CHECK ((reviewed_at IS NULL) = (verdict IS NULL)),
    CHECK ((reviewed_at IS NULL) = (review_words IS NULL))
) STRICT;
CREATE INDEX emergency_draws_right ON emergency_draws (emergency_right);
CREATE INDEX emergency_draws_open ON emergency_draws (ends_at) WHERE closed_at IS NULL;
CREATE INDEX emergency_draws_newest ON emergency_draws (drawn_at, id);
CREATE INDEX emergency_draws_unreviewed ON emergency_draws (drawn_at) WHERE reviewed_at IS NULL;

-- Which values were read under a draw, with the request for a rotation that followed; requests are forgotten before this is.
CREATE TABLE emergency_reads (
    draw BLOB NOT NULL REFERENCES emergency_draws (id),
    secret BLOB NOT NULL,
    read_at INTEGER NOT NULL,
    request BLOB NOT NULL,
    PRIMARY KEY (draw, secret)
) STRICT;
CREATE INDEX emergency_reads_request ON emergency_reads (request);
