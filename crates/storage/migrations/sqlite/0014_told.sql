-- Each channel of the outbox is worked off on its own.
CREATE INDEX notice_deliveries_channel ON notice_deliveries (channel, next_at) WHERE state = 'waiting';

-- Of which version of a secret it was told that it is due for a new one: once for each.
CREATE TABLE rotations_told (
    secret BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX secrets_due ON secrets (changed_at + rotate_after_days * 86400000)
WHERE rotate_after_days IS NOT NULL AND deleted_at IS NULL;
