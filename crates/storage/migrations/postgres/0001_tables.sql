-- Ids are 16 raw bytes, times are milliseconds UTC, flags are 0 or 1, JSON is text, sorted text is compared by bytes as in SQLite.

CREATE TABLE log_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    next_index BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    last_time BIGINT NOT NULL,
    sync_cursor BIGINT NOT NULL,
    sync_floor BIGINT NOT NULL,
    origin TEXT NOT NULL,
    edge BYTEA NOT NULL,
    checkpoint TEXT NOT NULL
);
INSERT INTO log_head (id, next_index, epoch, last_time, sync_cursor, sync_floor, origin, edge, checkpoint)
VALUES (1, 0, 0, 0, 0, 0, '', '\x', '');

CREATE TABLE organization (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    demonstration BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE kek_generations (
    id BYTEA NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL CONSTRAINT kek_generations_generation UNIQUE,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);

CREATE TABLE server_keys (
    id BYTEA NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    generation BIGINT NOT NULL,
    public BYTEA NOT NULL,
    wrapped BYTEA NOT NULL,
    kek BYTEA NOT NULL REFERENCES kek_generations (id),
    cosignature BYTEA,
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    CONSTRAINT server_keys_generation UNIQUE (purpose, generation)
);

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE principals (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'team', 'service')),
    name TEXT NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    email TEXT,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'disabled')),
    outside BIGINT NOT NULL,
    class TEXT,
    owner BYTEA REFERENCES principals (id),
    created_at BIGINT NOT NULL,
    CHECK ((kind = 'service') = (class IS NOT NULL)),
    CHECK ((kind = 'service') = (owner IS NOT NULL))
);
CREATE UNIQUE INDEX principals_name ON principals (kind, folded) WHERE kind <> 'person';

CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    principal BYTEA NOT NULL REFERENCES principals (id),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_principal ON identities (principal);

CREATE TABLE team_members (
    team BYTEA NOT NULL REFERENCES principals (id),
    member BYTEA NOT NULL REFERENCES principals (id),
    source TEXT NOT NULL CHECK (source IN ('provider', 'local')),
    PRIMARY KEY (team, member, source)
);
CREATE INDEX team_members_member ON team_members (member);

CREATE TABLE group_teams (
    issuer TEXT NOT NULL,
    provider_group TEXT NOT NULL,
    team BYTEA NOT NULL REFERENCES principals (id),
    PRIMARY KEY (issuer, provider_group)
);

CREATE TABLE devices (
    id BYTEA NOT NULL PRIMARY KEY,
    principal BYTEA NOT NULL REFERENCES principals (id),
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    jkt BYTEA NOT NULL CONSTRAINT devices_jkt UNIQUE,
    proof_key BYTEA NOT NULL,
    sealing_key BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'ending', 'ended')),
    cache_generation BIGINT NOT NULL,
    cache_digest BYTEA,
    journal_seq BIGINT NOT NULL,
    journal_head BYTEA,
    enrolled_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX devices_principal ON devices (principal);

CREATE TABLE sessions (
    id BYTEA NOT NULL PRIMARY KEY,
    principal BYTEA NOT NULL REFERENCES principals (id),
    device BYTEA NOT NULL REFERENCES devices (id),
    refresh_n BIGINT NOT NULL,
    refresh_used BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    audience TEXT NOT NULL,
    sid TEXT,
    acr TEXT,
    amr TEXT NOT NULL,
    auth_time BIGINT,
    nonce TEXT NOT NULL,
    access_hash BYTEA NOT NULL CONSTRAINT sessions_access_hash UNIQUE,
    access_expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    asserted_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'ended')),
    ended_at BIGINT
);
CREATE INDEX sessions_principal ON sessions (principal) WHERE state <> 'ended';
CREATE INDEX sessions_device ON sessions (device) WHERE state <> 'ended';
CREATE INDEX sessions_identity ON sessions (issuer, subject) WHERE state <> 'ended';
CREATE INDEX sessions_sid ON sessions (issuer, sid) WHERE state <> 'ended';
CREATE INDEX sessions_asserted ON sessions (asserted_at) WHERE state = 'active';

CREATE TABLE challenges (
    hash BYTEA NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenges_expiry ON challenges (expires_at);

CREATE TABLE used_id_tokens (
    issuer TEXT NOT NULL,
    hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, hash)
);
CREATE INDEX used_id_tokens_expiry ON used_id_tokens (expires_at);

CREATE TABLE used_proofs (
    jkt BYTEA NOT NULL,
    jti BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (jkt, jti)
);
CREATE INDEX used_proofs_expiry ON used_proofs (expires_at);

CREATE TABLE bootstrap (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    code_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    sealed_at BIGINT
);

CREATE TABLE scopes (
    id BYTEA NOT NULL PRIMARY KEY,
    parent BYTEA REFERENCES scopes (id),
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    folded_path TEXT COLLATE "C" NOT NULL,
    depth BIGINT NOT NULL CHECK (depth BETWEEN 0 AND 8),
    class TEXT,
    discoverable TEXT NOT NULL,
    lease_seconds BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    CHECK ((parent IS NULL) = (depth = 0))
);
CREATE UNIQUE INDEX scopes_name ON scopes (folded_path);
CREATE INDEX scopes_parent ON scopes (parent);

CREATE TABLE scope_ancestors (
    scope BYTEA NOT NULL REFERENCES scopes (id),
    ancestor BYTEA NOT NULL REFERENCES scopes (id),
    distance BIGINT NOT NULL,
    PRIMARY KEY (scope, ancestor)
);
CREATE INDEX scope_ancestors_ancestor ON scope_ancestors (ancestor, scope);

CREATE TABLE roles (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    actions TEXT NOT NULL,
    may_grant TEXT NOT NULL,
    builtin BIGINT NOT NULL
);
CREATE UNIQUE INDEX roles_name ON roles (folded);

CREATE TABLE grants (
    id BYTEA NOT NULL PRIMARY KEY,
    principal BYTEA NOT NULL REFERENCES principals (id),
    role BYTEA NOT NULL REFERENCES roles (id),
    scope BYTEA NOT NULL REFERENCES scopes (id),
    reason TEXT NOT NULL,
    granted_by BYTEA NOT NULL,
    granted_at BIGINT NOT NULL,
    not_before BIGINT,
    expires_at BIGINT,
    conditions TEXT NOT NULL,
    ended_at BIGINT,
    ended_by BYTEA,
    ended_reason TEXT
);
CREATE INDEX grants_live_principal ON grants (principal, scope) WHERE ended_at IS NULL;
CREATE INDEX grants_live_scope ON grants (scope, id) WHERE ended_at IS NULL;
CREATE INDEX grants_principal ON grants (principal, granted_at);
CREATE INDEX grants_role ON grants (role);

CREATE TABLE guardrails (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    body TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    builtin BIGINT NOT NULL
);
CREATE UNIQUE INDEX guardrails_name ON guardrails (folded);

CREATE TABLE secrets (
    id BYTEA NOT NULL PRIMARY KEY,
    scope BYTEA NOT NULL REFERENCES scopes (id),
    name TEXT NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    variable TEXT,
    kind TEXT NOT NULL,
    owner BYTEA REFERENCES principals (id),
    tags TEXT NOT NULL,
    note TEXT NOT NULL,
    rotate_after_days BIGINT,
    expires_at BIGINT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BYTEA,
    changed_at BIGINT NOT NULL,
    deleted_at BIGINT,
    deleted_by BYTEA,
    cursor BIGINT NOT NULL
);
CREATE UNIQUE INDEX secrets_name ON secrets (scope, folded) WHERE deleted_at IS NULL;
CREATE INDEX secrets_living ON secrets (scope, id) WHERE deleted_at IS NULL;
CREATE INDEX secrets_bin ON secrets (scope, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX secrets_deleted ON secrets (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX secrets_cursor ON secrets (scope, cursor);

CREATE TABLE secret_versions (
    secret BYTEA NOT NULL REFERENCES secrets (id),
    version BIGINT NOT NULL CHECK (version >= 1),
    stage TEXT NOT NULL CHECK (stage IN ('current', 'pending', 'previous', 'retired')),
    size BIGINT NOT NULL,
    is_binary BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BYTEA,
    envelope BYTEA NOT NULL,
    data_key BYTEA NOT NULL,
    kek BYTEA NOT NULL REFERENCES kek_generations (id),
    fingerprint BYTEA NOT NULL,
    PRIMARY KEY (secret, version)
);
CREATE UNIQUE INDEX secret_versions_current ON secret_versions (secret) WHERE stage = 'current';
CREATE INDEX secret_versions_fingerprint ON secret_versions (fingerprint);
CREATE INDEX secret_versions_kek ON secret_versions (kek);

CREATE TABLE log_events (
    idx BIGINT NOT NULL PRIMARY KEY,
    event BYTEA NOT NULL CONSTRAINT log_events_event UNIQUE,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    actor BYTEA,
    device BYTEA,
    secret BYTEA,
    scope BYTEA,
    leaf BYTEA NOT NULL,
    leaf_hash BYTEA NOT NULL
);
CREATE INDEX log_events_at ON log_events (at);
CREATE INDEX log_events_actor ON log_events (actor, idx) WHERE actor IS NOT NULL;
CREATE INDEX log_events_secret ON log_events (secret, idx) WHERE secret IS NOT NULL;
CREATE INDEX log_events_scope ON log_events (scope, idx) WHERE scope IS NOT NULL;

CREATE TABLE log_subjects (
    subject BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    idx BIGINT NOT NULL REFERENCES log_events (idx),
    leaf_hash BYTEA NOT NULL,
    PRIMARY KEY (subject, seq)
);

CREATE TABLE log_tiles (
    level BIGINT NOT NULL,
    tile BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (level, tile)
);

CREATE TABLE log_openings (
    idx BIGINT NOT NULL REFERENCES log_events (idx),
    field TEXT NOT NULL,
    about BYTEA,
    opening_key BYTEA NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (idx, field)
);
CREATE INDEX log_openings_about ON log_openings (about) WHERE about IS NOT NULL;

CREATE TABLE releases (
    event BYTEA NOT NULL PRIMARY KEY,
    principal BYTEA NOT NULL,
    device BYTEA NOT NULL,
    secret BYTEA NOT NULL,
    version BIGINT NOT NULL,
    ciphertext_sha256 BYTEA NOT NULL,
    issued_at BIGINT NOT NULL,
    max_age_ms BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX releases_principal ON releases (principal, secret, version, issued_at);
CREATE INDEX releases_secret ON releases (secret, issued_at);
CREATE INDEX releases_leases_device ON releases (device, issued_at) WHERE max_age_ms > 0 AND ended_at IS NULL;
CREATE INDEX releases_leases_secret ON releases (secret) WHERE max_age_ms > 0 AND ended_at IS NULL;

CREATE TABLE requests (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('rotation', 'access')),
    scope BYTEA NOT NULL REFERENCES scopes (id),
    secret BYTEA,
    role BYTEA,
    seconds BIGINT,
    asked_by BYTEA NOT NULL REFERENCES principals (id),
    asked_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'refused', 'withdrawn')),
    answered_by BYTEA,
    answered_at BIGINT,
    word TEXT,
    version BIGINT,
    CHECK (kind <> 'rotation' OR secret IS NOT NULL),
    CHECK (kind <> 'access' OR (role IS NOT NULL AND seconds IS NOT NULL)),
    CHECK ((state = 'open') = (answered_at IS NULL))
);
CREATE UNIQUE INDEX requests_open_rotation ON requests (secret, asked_by) WHERE state = 'open' AND kind = 'rotation';
CREATE INDEX requests_secret ON requests (secret, asked_at);
CREATE INDEX requests_open ON requests (state, scope, asked_at) WHERE state = 'open';
CREATE INDEX requests_scope ON requests (scope, asked_at);
CREATE INDEX requests_asked_by ON requests (asked_by, asked_at);

CREATE TABLE orders (
    id BYTEA NOT NULL PRIMARY KEY,
    device BYTEA NOT NULL REFERENCES devices (id),
    seq BIGINT NOT NULL,
    targets TEXT NOT NULL,
    signed BYTEA NOT NULL,
    issued_at BIGINT NOT NULL,
    acknowledged_at BIGINT,
    acknowledgement BYTEA,
    CONSTRAINT orders_seq UNIQUE (device, seq)
);
CREATE INDEX orders_pending ON orders (device, seq) WHERE acknowledged_at IS NULL;

CREATE TABLE journal (
    device BYTEA NOT NULL REFERENCES devices (id),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    body BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (device, seq)
);

CREATE TABLE changes (
    cursor BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    scope BYTEA,
    secret BYTEA,
    principal BYTEA
);
CREATE INDEX changes_scope ON changes (scope, cursor) WHERE scope IS NOT NULL;
CREATE INDEX changes_principal ON changes (principal, cursor) WHERE principal IS NOT NULL;
CREATE INDEX changes_policy ON changes (cursor) WHERE kind = 'policy';

CREATE TABLE failure_counts (
    minute BIGINT NOT NULL,
    kind TEXT NOT NULL,
    prefix TEXT NOT NULL,
    failures BIGINT NOT NULL,
    PRIMARY KEY (minute, kind, prefix)
);

-- One row, rewritten by every commit: leave it room on its page, keep its hashes uncompressed, and clean up often.
ALTER TABLE log_head SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
ALTER TABLE log_head ALTER COLUMN edge SET STORAGE EXTERNAL;
ALTER TABLE log_events ALTER COLUMN leaf SET STORAGE EXTERNAL;
ALTER TABLE secret_versions ALTER COLUMN envelope SET STORAGE EXTERNAL;
