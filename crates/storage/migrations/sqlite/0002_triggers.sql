-- Rule 10: a cached decision carries the epoch. The rows of people, sessions and devices are read under the lock each time,
-- so they do not bump it; a team's state does, since it decides who is in it.

CREATE TRIGGER epoch_grants_insert AFTER INSERT ON grants
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_grants_update AFTER UPDATE ON grants
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_grants_delete AFTER DELETE ON grants
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_roles_insert AFTER INSERT ON roles
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_roles_update AFTER UPDATE ON roles
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_roles_delete AFTER DELETE ON roles
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_team_members_insert AFTER INSERT ON team_members
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_team_members_update AFTER UPDATE ON team_members
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_team_members_delete AFTER DELETE ON team_members
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_group_teams_insert AFTER INSERT ON group_teams
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_group_teams_update AFTER UPDATE ON group_teams
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_group_teams_delete AFTER DELETE ON group_teams
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_scopes_insert AFTER INSERT ON scopes
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_scopes_update AFTER UPDATE ON scopes
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_scopes_delete AFTER DELETE ON scopes
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_guardrails_insert AFTER INSERT ON guardrails
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_guardrails_update AFTER UPDATE ON guardrails
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_guardrails_delete AFTER DELETE ON guardrails
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_principals_team AFTER UPDATE OF state ON principals WHEN NEW.kind = 'team' AND NEW.state <> OLD.state
BEGIN UPDATE log_head SET epoch = epoch + 1; END;

-- Rule 12: SQLite knows no roles, so triggers alone keep the log append-only; whoever can write the file can drop them.
-- What remains then is the signed tree: devices that pinned a checkpoint notice.

CREATE TRIGGER forbid_log_events_update BEFORE UPDATE ON log_events
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER forbid_log_events_delete BEFORE DELETE ON log_events
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER forbid_log_subjects_update BEFORE UPDATE ON log_subjects
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER forbid_log_subjects_delete BEFORE DELETE ON log_subjects
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER forbid_log_tiles_update BEFORE UPDATE ON log_tiles
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER forbid_log_tiles_delete BEFORE DELETE ON log_tiles
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER forbid_log_openings_update BEFORE UPDATE ON log_openings
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER forbid_log_head_delete BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER forbid_log_head_shrink BEFORE UPDATE ON log_head
WHEN NEW.next_index < OLD.next_index OR NEW.epoch < OLD.epoch OR NEW.sync_cursor < OLD.sync_cursor OR NEW.last_time < OLD.last_time
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
