-- Offboarding cases. Nobody's access is decided by them: a case disables its person, and ends what is theirs by the statements that
-- end it otherwise. `look_at` is when a job has to look at a case next; what a step did stands in `offboarding_effects`, written in
-- the transaction that did it, so that a step which is done again finds nothing left to do.

CREATE TABLE offboarding_cases (
    id BLOB NOT NULL PRIMARY KEY,
    person BLOB NOT NULL REFERENCES principals (id),
    cause TEXT NOT NULL CHECK (cause IN ('admin', 'provider')),
    state TEXT NOT NULL CHECK (state IN ('planned', 'braked', 'running', 'waiting', 'done', 'cancelled')),
    reason TEXT NOT NULL,
    opened_by BLOB REFERENCES principals (id),
    opened_at INTEGER NOT NULL,
    heir BLOB REFERENCES principals (id),
    starts_at INTEGER,
    starts_local TEXT,
    starts_zone TEXT,
    brake TEXT CHECK (brake IN ('protected', 'many')),
    approved_by BLOB REFERENCES principals (id),
    approved_at INTEGER,
    clicked_at INTEGER,
    begun_at INTEGER,
    numbers TEXT,
    digest BLOB,
    closed_by BLOB REFERENCES principals (id),
    closed_at INTEGER,
    closed_reason TEXT,
    look_at INTEGER,
    CHECK ((cause = 'admin') = (opened_by IS NOT NULL)),
    CHECK ((starts_at IS NULL) = (starts_local IS NULL)),
    CHECK ((starts_at IS NULL) = (starts_zone IS NULL)),
    CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CHECK ((begun_at IS NULL) = (clicked_at IS NULL)),
    CHECK ((begun_at IS NULL) = (numbers IS NULL)),
    CHECK ((begun_at IS NULL) = (digest IS NULL)),
    CHECK ((state IN ('done', 'cancelled')) = (closed_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX offboarding_cases_open ON offboarding_cases (person) WHERE closed_at IS NULL;
CREATE INDEX offboarding_cases_newest ON offboarding_cases (opened_at, id);
CREATE INDEX offboarding_cases_person ON offboarding_cases (person, opened_at);
CREATE INDEX offboarding_cases_due ON offboarding_cases (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX offboarding_cases_begun ON offboarding_cases (begun_at) WHERE begun_at IS NOT NULL;

-- Others who asked for the same: there is one case for one leaver.
CREATE TABLE offboarding_voices (
    offboarding BLOB NOT NULL REFERENCES offboarding_cases (id),
    principal BLOB NOT NULL REFERENCES principals (id),
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (offboarding, principal)
) STRICT;

CREATE TABLE offboarding_steps (
    offboarding BLOB NOT NULL REFERENCES offboarding_cases (id),
    step TEXT NOT NULL CHECK (step IN ('access', 'grants', 'teams', 'requests', 'ownership', 'rotations')),
    state TEXT NOT NULL CHECK (state IN ('open', 'failing', 'done')),
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    said TEXT NOT NULL,
    done_at INTEGER,
    PRIMARY KEY (offboarding, step),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
) STRICT;

CREATE TABLE offboarding_effects (
    offboarding BLOB NOT NULL REFERENCES offboarding_cases (id),
    kind TEXT NOT NULL,
    object BLOB NOT NULL,
    detail BLOB,
    at INTEGER NOT NULL,
    restored_by BLOB REFERENCES principals (id),
    restored_at INTEGER,
    restored_as BLOB,
    PRIMARY KEY (offboarding, kind, object),
    CHECK ((restored_at IS NULL) = (restored_by IS NULL))
) STRICT;

CREATE TABLE offboarding_devices (
    offboarding BLOB NOT NULL REFERENCES offboarding_cases (id),
    device BLOB NOT NULL REFERENCES devices (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    leased_until INTEGER NOT NULL,
    PRIMARY KEY (offboarding, device)
) STRICT;
CREATE INDEX offboarding_devices_device ON offboarding_devices (device);

CREATE TABLE offboarding_rotations (
    offboarding BLOB NOT NULL REFERENCES offboarding_cases (id),
    secret BLOB NOT NULL,
    version INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    how TEXT NOT NULL,
    risk INTEGER NOT NULL,
    owner BLOB REFERENCES principals (id),
    due_at INTEGER NOT NULL,
    request BLOB,
    state TEXT NOT NULL CHECK (state IN ('open', 'changed', 'accepted', 'gone')),
    settled_at INTEGER,
    settled_by BLOB REFERENCES principals (id),
    settled_version INTEGER,
    words TEXT,
    PRIMARY KEY (offboarding, secret),
    CHECK ((state = 'open') = (settled_at IS NULL))
) STRICT;
CREATE INDEX offboarding_rotations_open ON offboarding_rotations (secret) WHERE state = 'open';
CREATE INDEX offboarding_rotations_left ON offboarding_rotations (offboarding) WHERE state = 'open';
