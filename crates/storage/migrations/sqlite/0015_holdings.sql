-- Which versions of values came to which devices, and how: one row for each way, whatever the number of times. Kept by a trigger
-- on the releases, so that it is whole whichever program releases. The blast radius is read from here: its cost follows what
-- somebody holds, not how often they read. `how` is the kind of the event; a release without one counts as the worst.

CREATE TABLE holdings (
    principal BLOB NOT NULL,
    secret BLOB NOT NULL,
    version INTEGER NOT NULL,
    device BLOB NOT NULL,
    how TEXT NOT NULL,
    times INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    event BLOB NOT NULL,
    kept_until INTEGER,
    PRIMARY KEY (principal, secret, version, device, how)
) STRICT, WITHOUT ROWID;
CREATE INDEX holdings_secret ON holdings (secret, version);
CREATE INDEX holdings_device ON holdings (device);

INSERT INTO holdings (principal, secret, version, device, how, times, first_at, last_at, event, kept_until)
SELECT r.principal, r.secret, r.version, r.device, COALESCE(e.kind, 'secret.revealed'), COUNT(*), MIN(r.issued_at),
    MAX(r.issued_at), r.event, MAX(CASE WHEN r.max_age_ms > 0 THEN r.issued_at + r.max_age_ms END)
FROM releases r LEFT JOIN log_events e ON e.event = r.event
GROUP BY r.principal, r.secret, r.version, r.device, COALESCE(e.kind, 'secret.revealed');
UPDATE holdings SET event = (
    SELECT r.event FROM releases r LEFT JOIN log_events e ON e.event = r.event
    WHERE r.principal = holdings.principal AND r.secret = holdings.secret AND r.version = holdings.version
        AND r.issued_at = holdings.last_at AND r.device = holdings.device
        AND COALESCE(e.kind, 'secret.revealed') = holdings.how
    LIMIT 1
);

CREATE TRIGGER holdings_releases AFTER INSERT ON releases
BEGIN
    INSERT INTO holdings (principal, secret, version, device, how, times, first_at, last_at, event, kept_until)
    VALUES (
        NEW.principal, NEW.secret, NEW.version, NEW.device,
        COALESCE((SELECT e.kind FROM log_events e WHERE e.event = NEW.event), 'secret.revealed'),
        1, NEW.issued_at, NEW.issued_at, NEW.event,
        CASE WHEN NEW.max_age_ms > 0 THEN NEW.issued_at + NEW.max_age_ms END
    )
    ON CONFLICT (principal, secret, version, device, how) DO UPDATE SET
        times = times + 1,
        event = CASE WHEN excluded.last_at >= last_at THEN excluded.event ELSE event END,
        first_at = MIN(first_at, excluded.first_at),
        last_at = MAX(last_at, excluded.last_at),
        kept_until = NULLIF(MAX(COALESCE(kept_until, 0), COALESCE(excluded.kept_until, 0)), 0);
END;

-- What hangs on a person.
CREATE INDEX request_steps_by ON request_steps (approved_by);
CREATE INDEX proposals_open_by ON proposals (author) WHERE state = 'open';
CREATE INDEX secrets_owner ON secrets (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX service_keys_made_by ON service_keys (made_by) WHERE ended_at IS NULL;
CREATE INDEX principals_owner ON principals (owner) WHERE owner IS NOT NULL;
