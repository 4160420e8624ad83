-- Service identities: what they are for and where they were made; their keys, of which only the thumbprint is here; and by which
-- key a session was made. Sessions are read anew for each call and under the lock, so that keys need no epoch (rule 10); who
-- answers for a service decides who may give it something, so that this does.

CREATE TABLE services (
    principal BYTEA NOT NULL PRIMARY KEY REFERENCES principals (id),
    kind TEXT NOT NULL CHECK (kind IN ('ci-job', 'application', 'bot', 'agent')),
    home BYTEA NOT NULL REFERENCES scopes (id),
    made_by BYTEA REFERENCES principals (id),
    made_at BIGINT NOT NULL
);
-- Those that were there before belong to the whole organization.
INSERT INTO services (principal, kind, home, made_by, made_at)
SELECT p.id, 'application', c.id, NULL, p.created_at FROM principals p JOIN scopes c ON c.parent IS NULL WHERE p.kind = 'service';

CREATE TABLE service_keys (
    id BYTEA NOT NULL PRIMARY KEY,
    service BYTEA NOT NULL REFERENCES services (principal),
    name TEXT NOT NULL,
    jkt BYTEA NOT NULL CONSTRAINT service_keys_jkt UNIQUE,
    networks TEXT NOT NULL,
    made_by BYTEA NOT NULL REFERENCES principals (id),
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    last_used_at BIGINT,
    ended_at BIGINT,
    ended_by BYTEA REFERENCES principals (id),
    CHECK (ends_at > made_at),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX service_keys_service ON service_keys (service, made_at);

-- How often a key was exchanged for a token, by UTC day (days since 1970); written with the event of each exchange.
CREATE TABLE service_key_uses (
    service_key BYTEA NOT NULL REFERENCES service_keys (id),
    day BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    PRIMARY KEY (service_key, day)
);

ALTER TABLE sessions ADD COLUMN service_key BYTEA REFERENCES service_keys (id);
ALTER TABLE sessions ADD COLUMN networks TEXT;
CREATE INDEX sessions_service_key ON sessions (service_key) WHERE service_key IS NOT NULL;

CREATE TRIGGER epoch_principals_service AFTER UPDATE OF class, owner ON principals
FOR EACH ROW WHEN (NEW.class IS DISTINCT FROM OLD.class OR NEW.owner IS DISTINCT FROM OLD.owner) EXECUTE FUNCTION bump_epoch();
