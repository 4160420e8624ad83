-- Somebody who came back while their case waits can be offboarded again: that case goes on to its end beside the new one.
ALTER TABLE offboarding_cases ADD COLUMN returned_at INTEGER;
DROP INDEX offboarding_cases_open;
CREATE UNIQUE INDEX offboarding_cases_open ON offboarding_cases (person) WHERE closed_at IS NULL AND returned_at IS NULL;
CREATE INDEX offboarding_cases_going ON offboarding_cases (id) WHERE state IN ('running', 'waiting');

-- Whoever altered what a case will do is no second pair of eyes for it.
ALTER TABLE offboarding_voices ADD COLUMN altered INTEGER NOT NULL DEFAULT 0 CHECK (altered IN (0, 1));

-- A case begins whether or not its blast radius could be counted: where it could not, `numbers` is an empty object.

-- From what somebody holds to the secrets that have it today, past all versions of the same value that are not current.
CREATE INDEX secret_versions_current_value ON secret_versions (fingerprint) WHERE stage = 'current';
