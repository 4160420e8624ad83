-- Rules 20 and 33: keys are rotated while servers run. Every change of them raises a number in the head, which each transaction
-- reads with the lock: a process that holds other keys learns the new ones before it signs or wraps anything.

ALTER TABLE log_head ADD COLUMN keys BIGINT NOT NULL DEFAULT 0;
-- The wrapping by the root that follows, while the root is being changed: either root opens the database then.
ALTER TABLE kek_generations ADD COLUMN next_wrapped BYTEA;

CREATE FUNCTION bump_keys() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE log_head SET keys = keys + 1; RETURN NULL; END $$;

CREATE TRIGGER keys_server_keys AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON server_keys
FOR EACH STATEMENT EXECUTE FUNCTION bump_keys();
CREATE TRIGGER keys_kek_generations AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON kek_generations
FOR EACH STATEMENT EXECUTE FUNCTION bump_keys();

CREATE TRIGGER forbid_log_head_keys BEFORE UPDATE ON log_head FOR EACH ROW WHEN (NEW.keys < OLD.keys)
EXECUTE FUNCTION forbid_rewriting();
