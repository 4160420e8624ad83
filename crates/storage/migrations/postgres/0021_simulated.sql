-- What files come to is judged in a snapshot and counts in the same epoch only: whoever has a key of a service identity, what could be
-- drawn in an emergency, and what files said last are a part of it (rule 10).
CREATE TRIGGER epoch_service_keys AFTER INSERT OR UPDATE OF ended_at ON service_keys
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
CREATE TRIGGER epoch_emergency_rights AFTER INSERT OR UPDATE OF ended_at ON emergency_rights
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
CREATE TRIGGER epoch_file_objects AFTER INSERT OR UPDATE OR DELETE ON file_objects
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();

-- The days of `usage_deeds` together: what the simulator of guardrails looks back at, in one row for each place, person and kind.
CREATE TABLE usage_deeds_sums (
    kind TEXT NOT NULL,
    scope BYTEA NOT NULL,
    principal BYTEA NOT NULL,
    uses BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (kind, scope, principal)
);
INSERT INTO usage_deeds_sums (kind, scope, principal, uses, last_at)
SELECT kind, scope, principal, SUM(uses), MAX(last_at) FROM usage_deeds GROUP BY kind, scope, principal;
