-- Requests for access: who approved what, what came of it, and how a scope approves.

ALTER TABLE requests ADD COLUMN extends BYTEA;
CREATE INDEX requests_open_by ON requests (asked_by) WHERE state = 'open';
CREATE INDEX requests_answered ON requests (answered_at) WHERE state <> 'open';

CREATE TABLE request_steps (
    request BYTEA NOT NULL REFERENCES requests (id),
    approved_by BYTEA NOT NULL REFERENCES principals (id),
    approved_at BIGINT NOT NULL,
    role BYTEA,
    scope BYTEA,
    seconds BIGINT,
    word TEXT NOT NULL,
    PRIMARY KEY (request, approved_by)
);

CREATE TABLE request_grants (
    request BYTEA NOT NULL PRIMARY KEY REFERENCES requests (id),
    given BYTEA NOT NULL CONSTRAINT request_grants_given UNIQUE REFERENCES grants (id),
    rule BYTEA,
    ends_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX request_grants_open ON request_grants (ends_at) WHERE closed_at IS NULL;

CREATE TABLE request_settings (
    scope BYTEA NOT NULL PRIMARY KEY REFERENCES scopes (id),
    settings TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE INDEX scopes_discoverable ON scopes (id) WHERE discoverable <> '{"to":"nobody"}';

-- Rule 10: approvals by rule are decisions too.
CREATE TRIGGER epoch_request_settings AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON request_settings
FOR EACH STATEMENT EXECUTE FUNCTION bump_epoch();
