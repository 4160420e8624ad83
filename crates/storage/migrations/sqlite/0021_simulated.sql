-- What files come to is judged in a snapshot and counts in the same epoch only: whoever has a key of a service identity, what could be
-- drawn in an emergency, and what files said last are a part of it (rule 10).
CREATE TRIGGER epoch_service_keys_insert AFTER INSERT ON service_keys
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_service_keys_end AFTER UPDATE OF ended_at ON service_keys
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_emergency_rights_insert AFTER INSERT ON emergency_rights
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_emergency_rights_end AFTER UPDATE OF ended_at ON emergency_rights
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_file_objects_insert AFTER INSERT ON file_objects
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_file_objects_update AFTER UPDATE ON file_objects
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_file_objects_delete AFTER DELETE ON file_objects
BEGIN UPDATE log_head SET epoch = epoch + 1; END;

-- The days of `usage_deeds` together: what the simulator of guardrails looks back at, in one row for each place, person and kind.
CREATE TABLE usage_deeds_sums (
    kind TEXT NOT NULL,
    scope BLOB NOT NULL,
    principal BLOB NOT NULL,
    uses INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (kind, scope, principal)
) STRICT, WITHOUT ROWID;
INSERT INTO usage_deeds_sums (kind, scope, principal, uses, last_at)
SELECT kind, scope, principal, SUM(uses), MAX(last_at) FROM usage_deeds GROUP BY kind, scope, principal;
