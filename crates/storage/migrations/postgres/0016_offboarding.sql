-- Offboarding cases. Nobody's access is decided by them: a case disables its person, and ends what is theirs by the statements that
-- end it otherwise. `look_at` is when a job has to look at a case next; what a step did stands in `offboarding_effects`, written in
-- the transaction that did it, so that a step which is done again finds nothing left to do.

CREATE TABLE offboarding_cases (
    id BYTEA NOT NULL PRIMARY KEY,
    person BYTEA NOT NULL REFERENCES principals (id),
    cause TEXT NOT NULL CHECK (cause IN ('admin', 'provider')),
    state TEXT NOT NULL CHECK (state IN ('planned', 'braked', 'running', 'waiting', 'done', 'cancelled')),
    reason TEXT NOT NULL,
    opened_by BYTEA REFERENCES principals (id),
    opened_at BIGINT NOT NULL,
    heir BYTEA REFERENCES principals (id),
    starts_at BIGINT,
    starts_local TEXT,
    starts_zone TEXT,
    brake TEXT CHECK (brake IN ('protected', 'many')),
    approved_by BYTEA REFERENCES principals (id),
    approved_at BIGINT,
    clicked_at BIGINT,
    begun_at BIGINT,
    numbers TEXT,
    digest BYTEA,
    closed_by BYTEA REFERENCES principals (id),
    closed_at BIGINT,
    closed_reason TEXT,
    look_at BIGINT,
    CHECK ((cause = 'admin') = (opened_by IS NOT NULL)),
    CHECK ((starts_at IS NULL) = (starts_local IS NULL)),
    CHECK ((starts_at IS NULL) = (starts_zone IS NULL)),
    CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CHECK ((begun_at IS NULL) = (clicked_at IS NULL)),
    CHECK ((begun_at IS NULL) = (numbers IS NULL)),
    CHECK ((begun_at IS NULL) = (digest IS NULL)),
    CHECK ((state IN ('done', 'cancelled')) = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX offboarding_cases_open ON offboarding_cases (person) WHERE closed_at IS NULL;
CREATE INDEX offboarding_cases_newest ON offboarding_cases (opened_at, id);
CREATE INDEX offboarding_cases_person ON offboarding_cases (person, opened_at);
CREATE INDEX offboarding_cases_due ON offboarding_cases (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX offboarding_cases_begun ON offboarding_cases (begun_at) WHERE begun_at IS NOT NULL;

-- Others who asked for the same: there is one case for one leaver.
CREATE TABLE offboarding_voices (
    offboarding BYTEA NOT NULL REFERENCES offboarding_cases (id),
    principal BYTEA NOT NULL REFERENCES principals (id),
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (offboarding, principal)
);

CREATE TABLE offboarding_steps (
    offboarding BYTEA NOT NULL REFERENCES offboarding_cases (id),
    step TEXT NOT NULL CHECK (step IN ('access', 'grants', 'teams', 'requests', 'ownership', 'rotations')),
    state TEXT NOT NULL CHECK (state IN ('open', 'failing', 'done')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    said TEXT NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (offboarding, step),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);

CREATE TABLE offboarding_effects (
    offboarding BYTEA NOT NULL REFERENCES offboarding_cases (id),
    kind TEXT NOT NULL,
    object BYTEA NOT NULL,
    detail BYTEA,
    at BIGINT NOT NULL,
    restored_by BYTEA REFERENCES principals (id),
    restored_at BIGINT,
    restored_as BYTEA,
    PRIMARY KEY (offboarding, kind, object),
    CHECK ((restored_at IS NULL) = (restored_by IS NULL))
);

CREATE TABLE offboarding_devices (
    offboarding BYTEA NOT NULL REFERENCES offboarding_cases (id),
    device BYTEA NOT NULL REFERENCES devices (id),
    order_id BYTEA NOT NULL REFERENCES orders (id),
    leased_until BIGINT NOT NULL,
    PRIMARY KEY (offboarding, device)
);
CREATE INDEX offboarding_devices_device ON offboarding_devices (device);

CREATE TABLE offboarding_rotations (
    offboarding BYTEA NOT NULL REFERENCES offboarding_cases (id),
    secret BYTEA NOT NULL,
    version BIGINT NOT NULL,
    fingerprint BYTEA NOT NULL,
    how TEXT NOT NULL,
    risk BIGINT NOT NULL,
    owner BYTEA REFERENCES principals (id),
    due_at BIGINT NOT NULL,
    request BYTEA,
    state TEXT NOT NULL CHECK (state IN ('open', 'changed', 'accepted', 'gone')),
    settled_at BIGINT,
    settled_by BYTEA REFERENCES principals (id),
    settled_version BIGINT,
    words TEXT,
    PRIMARY KEY (offboarding, secret),
    CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE INDEX offboarding_rotations_open ON offboarding_rotations (secret) WHERE state = 'open';
CREATE INDEX offboarding_rotations_left ON offboarding_rotations (offboarding) WHERE state = 'open';
