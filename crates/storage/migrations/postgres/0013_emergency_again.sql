-- How often the same person had drawn in the day before, which is told; and a number that counts every change of emergency access, so
-- that a sync which brings nothing new costs one read. The number decides nothing.
ALTER TABLE emergency_draws ADD COLUMN again BIGINT NOT NULL DEFAULT 0;

CREATE TABLE emergency_changes (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    number BIGINT NOT NULL
);
INSERT INTO emergency_changes (one, number) VALUES (1, 1);

CREATE FUNCTION count_emergency_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE emergency_changes SET number = number + 1; RETURN NULL; END $$;
CREATE TRIGGER emergency_rights_changed AFTER INSERT OR UPDATE ON emergency_rights
FOR EACH STATEMENT EXECUTE FUNCTION count_emergency_change();
CREATE TRIGGER emergency_draws_changed AFTER INSERT OR UPDATE ON emergency_draws
FOR EACH STATEMENT EXECUTE FUNCTION count_emergency_change();
CREATE TRIGGER emergency_reads_changed AFTER INSERT ON emergency_reads
FOR EACH STATEMENT EXECUTE FUNCTION count_emergency_change();
