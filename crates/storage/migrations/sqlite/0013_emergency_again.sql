-- How often the same person had drawn in the day before, which is told; and a number that counts every change of emergency access, so
-- that a sync which brings nothing new costs one read. The number decides nothing.
ALTER TABLE emergency_draws ADD COLUMN again INTEGER NOT NULL DEFAULT 0;

CREATE TABLE emergency_changes (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO emergency_changes (one, number) VALUES (1, 1);

CREATE TRIGGER emergency_rights_made AFTER INSERT ON emergency_rights
BEGIN UPDATE emergency_changes SET number = number + 1; END;
CREATE TRIGGER emergency_rights_changed AFTER UPDATE ON emergency_rights
BEGIN UPDATE emergency_changes SET number = number + 1; END;
CREATE TRIGGER emergency_draws_made AFTER INSERT ON emergency_draws
BEGIN UPDATE emergency_changes SET number = number + 1; END;
CREATE TRIGGER emergency_draws_changed AFTER UPDATE ON emergency_draws
BEGIN UPDATE emergency_changes SET number = number + 1; END;
CREATE TRIGGER emergency_reads_made AFTER INSERT ON emergency_reads
BEGIN UPDATE emergency_changes SET number = number + 1; END;
