-- Which versions of values came to which devices, and how: one row for each way, whatever the number of times. Kept by a trigger
-- on the releases, so that it is whole whichever program releases. The blast radius is read from here: its cost follows what
-- somebody holds, not how often they read. `how` is the kind of the event; a release without one counts as the worst.

CREATE TABLE holdings (
    principal BYTEA NOT NULL,
    secret BYTEA NOT NULL,
    version BIGINT NOT NULL,
    device BYTEA NOT NULL,
    how TEXT NOT NULL,
    times BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    event BYTEA NOT NULL,
    kept_until BIGINT,
    PRIMARY KEY (principal, secret, version, device, how)
);
CREATE INDEX holdings_secret ON holdings (secret, version);
CREATE INDEX holdings_device ON holdings (device);

INSERT INTO holdings (principal, secret, version, device, how, times, first_at, last_at, event, kept_until)
SELECT r.principal, r.secret, r.version, r.device, COALESCE(e.kind, 'secret.revealed'), COUNT(*), MIN(r.issued_at),
    MAX(r.issued_at), (array_agg(r.event ORDER BY r.issued_at DESC))[1],
    MAX(CASE WHEN r.max_age_ms > 0 THEN r.issued_at + r.max_age_ms END)
FROM releases r LEFT JOIN log_events e ON e.event = r.event
GROUP BY r.principal, r.secret, r.version, r.device, COALESCE(e.kind, 'secret.revealed');

CREATE FUNCTION hold_releases() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    INSERT INTO holdings AS h (principal, secret, version, device, how, times, first_at, last_at, event, kept_until)
    SELECT r.principal, r.secret, r.version, r.device, COALESCE(e.kind, 'secret.revealed'), COUNT(*), MIN(r.issued_at),
        MAX(r.issued_at), (array_agg(r.event ORDER BY r.issued_at DESC))[1],
        MAX(CASE WHEN r.max_age_ms > 0 THEN r.issued_at + r.max_age_ms END)
    FROM released r LEFT JOIN log_events e ON e.event = r.event
    GROUP BY r.principal, r.secret, r.version, r.device, COALESCE(e.kind, 'secret.revealed')
    ON CONFLICT (principal, secret, version, device, how) DO UPDATE SET
        times = h.times + excluded.times,
        event = CASE WHEN excluded.last_at >= h.last_at THEN excluded.event ELSE h.event END,
        first_at = LEAST(h.first_at, excluded.first_at),
        last_at = GREATEST(h.last_at, excluded.last_at),
        kept_until = GREATEST(h.kept_until, excluded.kept_until);
    RETURN NULL;
END $$;
CREATE TRIGGER holdings_releases AFTER INSERT ON releases REFERENCING NEW TABLE AS released
FOR EACH STATEMENT EXECUTE FUNCTION hold_releases();

-- What hangs on a person.
CREATE INDEX request_steps_by ON request_steps (approved_by);
CREATE INDEX proposals_open_by ON proposals (author) WHERE state = 'open';
CREATE INDEX secrets_owner ON secrets (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX service_keys_made_by ON service_keys (made_by) WHERE ended_at IS NULL;
CREATE INDEX principals_owner ON principals (owner) WHERE owner IS NOT NULL;
