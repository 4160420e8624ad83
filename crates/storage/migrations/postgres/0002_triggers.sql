-- Rule 10: a cached decision carries the epoch. The rows of people, sessions and devices are read under the lock each time,
-- so they do not bump it; a team's state does, since it decides who is in it.

CREATE FUNCTION bump_epoch() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE log_head SET epoch = epoch + 1; RETURN NULL; END $$;

CREATE TRIGGER epoch_grants AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON grants
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
CREATE TRIGGER epoch_roles AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON roles
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
CREATE TRIGGER epoch_team_members AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON team_members
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
CREATE TRIGGER epoch_group_teams AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON group_teams
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
CREATE TRIGGER epoch_scopes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON scopes
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
CREATE TRIGGER epoch_guardrails AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON guardrails
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
CREATE TRIGGER epoch_principals_team AFTER UPDATE OF state ON principals
FOR EACH ROW WHEN (NEW.kind = 'team' AND NEW.state <> OLD.state) EXECUTE FUNCTION bump_epoch();

-- Rule 12: the rights of the server's role forbid this already; the triggers stop whoever holds more.

CREATE FUNCTION forbid_rewriting() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'insufficient_privilege'; END $$;

CREATE TRIGGER forbid_log_events BEFORE UPDATE OR DELETE OR TRUNCATE ON log_events
FOR EACH STATEMENT EXECUTE FUNCTION forbid_rewriting();
CREATE TRIGGER forbid_log_subjects BEFORE UPDATE OR DELETE OR TRUNCATE ON log_subjects
FOR EACH STATEMENT EXECUTE FUNCTION forbid_rewriting();
CREATE TRIGGER forbid_log_tiles BEFORE UPDATE OR DELETE OR TRUNCATE ON log_tiles
FOR EACH STATEMENT EXECUTE FUNCTION forbid_rewriting();
CREATE TRIGGER forbid_log_openings BEFORE UPDATE ON log_openings
FOR EACH STATEMENT EXECUTE FUNCTION forbid_rewriting();
CREATE TRIGGER forbid_log_head BEFORE DELETE OR TRUNCATE ON log_head
FOR EACH STATEMENT EXECUTE FUNCTION forbid_rewriting();
CREATE TRIGGER forbid_log_head_shrink BEFORE UPDATE ON log_head FOR EACH ROW
WHEN (NEW.next_index < OLD.next_index OR NEW.epoch < OLD.epoch OR NEW.sync_cursor < OLD.sync_cursor OR NEW.last_time < OLD.last_time)
EXECUTE FUNCTION forbid_rewriting();
