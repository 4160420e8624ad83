-- Requests for access: who approved what, what came of it, and how a scope approves.

ALTER TABLE requests ADD COLUMN extends BLOB;
CREATE INDEX requests_open_by ON requests (asked_by) WHERE state = 'open';
CREATE INDEX requests_answered ON requests (answered_at) WHERE state <> 'open';

CREATE TABLE request_steps (
    request BLOB NOT NULL REFERENCES requests (id),
    approved_by BLOB NOT NULL REFERENCES principals (id),
    approved_at INTEGER NOT NULL,
    role BLOB,
    scope BLOB,
    seconds INTEGER,
    word TEXT NOT NULL,
    PRIMARY KEY (request, approved_by)
) STRICT;

CREATE TABLE request_grants (
    request BLOB NOT NULL PRIMARY KEY REFERENCES requests (id),
    given BLOB NOT NULL CONSTRAINT request_grants_given UNIQUE REFERENCES grants (id),
    rule BLOB,
    ends_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE INDEX request_grants_open ON request_grants (ends_at) WHERE closed_at IS NULL;

CREATE TABLE request_settings (
    scope BLOB NOT NULL PRIMARY KEY REFERENCES scopes (id),
    settings TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX scopes_discoverable ON scopes (id) WHERE discoverable <> '{"to":"nobody"}';

-- Rule 10: approvals by rule are decisions too.
CREATE TRIGGER epoch_request_settings_insert AFTER INSERT ON request_settings
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_request_settings_update AFTER UPDATE ON request_settings
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
CREATE TRIGGER epoch_request_settings_delete AFTER DELETE ON request_settings
BEGIN UPDATE log_head SET epoch = epoch + 1; END;
