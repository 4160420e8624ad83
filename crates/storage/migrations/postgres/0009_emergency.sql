-- Emergency access (rule 14). A right decides nothing: drawing it is asked under the lock with the row as it stands, and becomes a
-- grant that decides like any other, so that the epoch moves by that (rule 10).

CREATE TABLE emergency_rights (
    id BYTEA NOT NULL PRIMARY KEY,
    principal BYTEA NOT NULL REFERENCES principals (id),
    role BYTEA NOT NULL REFERENCES roles (id),
    scope BYTEA NOT NULL REFERENCES scopes (id),
    reason TEXT NOT NULL,
    given_by BYTEA NOT NULL REFERENCES principals (id),
    given_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by BYTEA REFERENCES principals (id),
    ended_reason TEXT,
    CHECK (ends_at > given_at),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX emergency_rights_principal ON emergency_rights (principal);
CREATE INDEX emergency_rights_scope ON emergency_rights (scope);

CREATE TABLE emergency_draws (
    id BYTEA NOT NULL PRIMARY KEY,
    emergency_right BYTEA NOT NULL REFERENCES emergency_rights (id),
    given BYTEA NOT NULL CONSTRAINT emergency_draws_given UNIQUE REFERENCES grants (id),
    reason TEXT NOT NULL,
    drawn_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    closed_at BIGINT,
    reviewed_by BYTEA REFERENCES principals (id),
    reviewed_at BIGINT,
    verdict TEXT CHECK (verdict IN ('justified', 'not-justified')),
    review_words TEXT,
    CHECK ((reviewed_at IS NULL) = (reviewed_by IS NULL)),
    CHECK ((reviewed_at IS NULL) = (verdict IS NULL)),
    CHECK ((reviewed_at IS NULL) = (review_words IS NULL))
);
CREATE INDEX emergency_draws_right ON emergency_draws (emergency_right);
CREATE INDEX emergency_draws_open ON emergency_draws (ends_at) WHERE closed_at IS NULL;
CREATE INDEX emergency_draws_newest ON emergency_draws (drawn_at, id);
CREATE INDEX emergency_draws_unreviewed ON emergency_draws (drawn_at) WHERE reviewed_at IS NULL;

-- Which values were read under a draw, with the request for a rotation that followed; requests are forgotten before this is.
CREATE TABLE emergency_reads (
    draw BYTEA NOT NULL REFERENCES emergency_draws (id),
    secret BYTEA NOT NULL,
    read_at BIGINT NOT NULL,
    request BYTEA NOT NULL,
    PRIMARY KEY (draw, secret)
);
CREATE INDEX emergency_reads_request ON emergency_reads (request);
