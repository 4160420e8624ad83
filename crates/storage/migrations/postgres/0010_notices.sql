-- What people are told: derived from the log and from the clock by a job that moves the mark in the same transaction; nothing
-- decides by it. `matter` is the request or proposal that a notice waits for. Deliveries go out at least once, under the notice's id.

CREATE TABLE notice_mark (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    next_index BIGINT NOT NULL,
    looked_at BIGINT NOT NULL
);
-- What happened before this version is told nobody.
INSERT INTO notice_mark (one, next_index, looked_at) SELECT 1, h.next_index, h.last_time FROM log_head h;

CREATE TABLE notices (
    id BYTEA NOT NULL PRIMARY KEY,
    person BYTEA NOT NULL REFERENCES principals (id),
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    about TEXT NOT NULL,
    matter BYTEA,
    read_at BIGINT
);
CREATE INDEX notices_person ON notices (person, at, id);
CREATE INDEX notices_unread ON notices (person) WHERE read_at IS NULL;
CREATE INDEX notices_matter ON notices (matter) WHERE matter IS NOT NULL;
CREATE INDEX notices_at ON notices (at);

CREATE TABLE notice_deliveries (
    notice BYTEA NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given-up')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    tried_at BIGINT,
    said TEXT NOT NULL,
    PRIMARY KEY (notice, channel)
);
CREATE INDEX notice_deliveries_due ON notice_deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX notice_deliveries_tried ON notice_deliveries (channel, tried_at) WHERE tried_at IS NOT NULL;

CREATE TABLE notice_preferences (
    person BYTEA NOT NULL REFERENCES principals (id),
    kind TEXT NOT NULL,
    way TEXT NOT NULL,
    wanted BIGINT NOT NULL,
    PRIMARY KEY (person, kind, way)
);

-- Where people can be written to, as the provider vouches for it; never who they are (rule 4).
CREATE TABLE mail_addresses (
    person BYTEA NOT NULL PRIMARY KEY REFERENCES principals (id),
    address TEXT NOT NULL
);

CREATE TABLE webhooks (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    kinds TEXT NOT NULL,
    made_by BYTEA NOT NULL REFERENCES principals (id),
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by BYTEA REFERENCES principals (id),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);

CREATE INDEX grants_ends ON grants (expires_at) WHERE ended_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX requests_waiting ON requests (kind, asked_at) WHERE state = 'open';
CREATE INDEX service_keys_ends ON service_keys (ends_at) WHERE ended_at IS NULL;
