-- What a case takes away in connected systems. The step writes down which of them are to be asked; a job asks them, and writes each
-- account with where it stands. A row is due at `next_at`; `since` is since when it fails without a break.

ALTER TABLE offboarding_steps DROP CONSTRAINT offboarding_steps_step_check;
ALTER TABLE offboarding_steps ADD CONSTRAINT offboarding_steps_step_check
    CHECK (step IN ('access', 'grants', 'teams', 'requests', 'ownership', 'rotations', 'connected'));

-- Cases whose steps go on have the new one too; those that only wait stay as they are.
INSERT INTO offboarding_steps (offboarding, step, state, attempts, next_at, said, done_at)
SELECT id, 'connected', 'open', 0, 0, '', NULL FROM offboarding_cases WHERE state = 'running';

CREATE TABLE offboarding_systems (
    offboarding BYTEA NOT NULL REFERENCES offboarding_cases (id),
    system TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('postgresql', 'github')),
    state TEXT NOT NULL CHECK (state IN ('open', 'asked', 'accepted')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    said TEXT,
    since BIGINT,
    asked_at BIGINT,
    accepted_by BYTEA REFERENCES principals (id),
    accepted_at BIGINT,
    reason TEXT,
    PRIMARY KEY (offboarding, system),
    CHECK ((state = 'accepted') = (accepted_at IS NOT NULL)),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    CHECK (state <> 'asked' OR asked_at IS NOT NULL)
);
CREATE INDEX offboarding_systems_due ON offboarding_systems (next_at) WHERE state = 'open';

CREATE TABLE offboarding_accounts (
    id BYTEA NOT NULL PRIMARY KEY,
    offboarding BYTEA NOT NULL REFERENCES offboarding_cases (id),
    system TEXT NOT NULL,
    name TEXT NOT NULL,
    account_key BIGINT,
    places TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('found', 'disabled', 'removed', 'verified', 'accepted')),
    presence TEXT CHECK (presence IN ('there', 'disabled', 'gone')),
    kept TEXT,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    said TEXT,
    since BIGINT,
    found_at BIGINT NOT NULL,
    disabled_at BIGINT,
    removed_at BIGINT,
    verified_at BIGINT,
    accepted_by BYTEA REFERENCES principals (id),
    accepted_at BIGINT,
    reason TEXT,
    UNIQUE (offboarding, system, name),
    CHECK ((state = 'accepted') = (accepted_at IS NOT NULL)),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    -- Nothing is called verified of which anything that can be used was seen last.
    CHECK (state <> 'verified' OR (verified_at IS NOT NULL AND presence IS NOT NULL AND presence <> 'there'))
);
CREATE INDEX offboarding_accounts_due ON offboarding_accounts (next_at) WHERE state IN ('found', 'disabled', 'removed');
