-- What a case takes away in connected systems. The step writes down which of them are to be asked; a job asks them, and writes each
-- account with where it stands. A row is due at `next_at`; `since` is since when it fails without a break.

CREATE TABLE offboarding_steps_now (
    offboarding BLOB NOT NULL REFERENCES offboarding_cases (id),
    step TEXT NOT NULL CHECK (step IN ('access', 'grants', 'teams', 'requests', 'ownership', 'rotations', 'connected')),
    state TEXT NOT NULL CHECK (state IN ('open', 'failing', 'done')),
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    said TEXT NOT NULL,
    done_at INTEGER,
    PRIMARY KEY (offboarding, step),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
) STRICT;
INSERT INTO offboarding_steps_now SELECT offboarding, step, state, attempts, next_at, said, done_at FROM offboarding_steps;
DROP TABLE offboarding_steps;
ALTER TABLE offboarding_steps_now RENAME TO offboarding_steps;

-- Cases whose steps go on have the new one too; those that only wait stay as they are.
INSERT INTO offboarding_steps (offboarding, step, state, attempts, next_at, said, done_at)
SELECT id, 'connected', 'open', 0, 0, '', NULL FROM offboarding_cases WHERE state = 'running';

CREATE TABLE offboarding_systems (
    offboarding BLOB NOT NULL REFERENCES offboarding_cases (id),
    system TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('postgresql', 'github')),
    state TEXT NOT NULL CHECK (state IN ('open', 'asked', 'accepted')),
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    said TEXT,
    since INTEGER,
    asked_at INTEGER,
    accepted_by BLOB REFERENCES principals (id),
    accepted_at INTEGER,
    reason TEXT,
    PRIMARY KEY (offboarding, system),
    CHECK ((state = 'accepted') = (accepted_at IS NOT NULL)),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    CHECK (state <> 'asked' OR asked_at IS NOT NULL)
) STRICT;
CREATE INDEX offboarding_systems_due ON offboarding_systems (next_at) WHERE state = 'open';

CREATE TABLE offboarding_accounts (
    id BLOB NOT NULL PRIMARY KEY,
    offboarding BLOB NOT NULL REFERENCES offboarding_cases (id),
    system TEXT NOT NULL,
    name TEXT NOT NULL,
    account_key INTEGER,
    places TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('found', 'disabled', 'removed', 'verified', 'accepted')),
    presence TEXT CHECK (presence IN ('there', 'disabled', 'gone')),
    kept TEXT,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    said TEXT,
    since INTEGER,
    found_at INTEGER NOT NULL,
    disabled_at INTEGER,
    removed_at INTEGER,
    verified_at INTEGER,
    accepted_by BLOB REFERENCES principals (id),
    accepted_at INTEGER,
    reason TEXT,
    UNIQUE (offboarding, system, name),
    CHECK ((state = 'accepted') = (accepted_at IS NOT NULL)),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    -- Nothing is called verified of which anything that can be used was seen last.
    CHECK (state <> 'verified' OR (verified_at IS NOT NULL AND presence IS NOT NULL AND presence <> 'there'))
) STRICT;
CREATE INDEX offboarding_accounts_due ON offboarding_accounts (next_at) WHERE state IN ('found', 'disabled', 'removed');
