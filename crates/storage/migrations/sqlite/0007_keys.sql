-- Rules 20 and 33: keys are rotated while servers run. Every change of them raises a number in the head, which each transaction
-- reads with the lock: a process that holds other keys learns the new ones before it signs or wraps anything.

ALTER TABLE log_head ADD COLUMN keys INTEGER NOT NULL DEFAULT 0;
-- The wrapping by the root that follows, while the root is being changed: either root opens the database then.
ALTER TABLE kek_generations ADD COLUMN next_wrapped BLOB;

CREATE TRIGGER keys_server_keys_insert AFTER INSERT ON server_keys
BEGIN UPDATE log_head SET keys = keys + 1; END;
CREATE TRIGGER keys_server_keys_update AFTER UPDATE ON server_keys
BEGIN UPDATE log_head SET keys = keys + 1; END;
CREATE TRIGGER keys_server_keys_delete AFTER DELETE ON server_keys
BEGIN UPDATE log_head SET keys = keys + 1; END;
CREATE TRIGGER keys_kek_generations_insert AFTER INSERT ON kek_generations
BEGIN UPDATE log_head SET keys = keys + 1; END;
CREATE TRIGGER keys_kek_generations_update AFTER UPDATE ON kek_generations
BEGIN UPDATE log_head SET keys = keys + 1; END;
CREATE TRIGGER keys_kek_generations_delete AFTER DELETE ON kek_generations
BEGIN UPDATE log_head SET keys = keys + 1; END;

CREATE TRIGGER forbid_log_head_keys BEFORE UPDATE ON log_head WHEN NEW.keys < OLD.keys
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
