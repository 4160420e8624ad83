-- How often grants, places and secrets are used, by UTC day (days since 1970). Derived from the log by a job; nothing decides by it.
-- `next_index` is the first event that is not counted yet. A place's counts include everything below it.

CREATE TABLE usage_mark (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    next_index BIGINT NOT NULL,
    day BIGINT NOT NULL
);
INSERT INTO usage_mark (one, next_index, day) VALUES (1, 0, 0);

CREATE TABLE usage_grants (
    grant_id BYTEA NOT NULL,
    day BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (grant_id, day)
);
CREATE INDEX usage_grants_day ON usage_grants (day);

CREATE TABLE usage_places (
    scope BYTEA NOT NULL,
    principal BYTEA NOT NULL,
    day BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (scope, principal, day)
);
CREATE INDEX usage_places_day ON usage_places (day);

CREATE TABLE usage_secrets (
    secret BYTEA NOT NULL,
    day BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (secret, day)
);
CREATE INDEX usage_secrets_day ON usage_secrets (day);
