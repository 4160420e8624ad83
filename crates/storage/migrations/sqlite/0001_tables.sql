-- Ids are 16 raw bytes, times are milliseconds UTC, flags are 0 or 1, JSON is text.

CREATE TABLE log_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    next_index INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    last_time INTEGER NOT NULL,
    sync_cursor INTEGER NOT NULL,
    sync_floor INTEGER NOT NULL,
    origin TEXT NOT NULL,
    edge BLOB NOT NULL,
    checkpoint TEXT NOT NULL
) STRICT;
INSERT INTO log_head (id, next_index, epoch, last_time, sync_cursor, sync_floor, origin, edge, checkpoint)
VALUES (1, 0, 0, 0, 0, 0, '', X'', '');

CREATE TABLE organization (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    demonstration INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE kek_generations (
    id BLOB NOT NULL PRIMARY KEY,
    generation INTEGER NOT NULL CONSTRAINT kek_generations_generation UNIQUE,
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;

CREATE TABLE server_keys (
    id BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    generation INTEGER NOT NULL,
    public BLOB NOT NULL,
    wrapped BLOB NOT NULL,
    kek BLOB NOT NULL REFERENCES kek_generations (id),
    cosignature BLOB,
    created_at INTEGER NOT NULL,
    retired_at INTEGER,
    CONSTRAINT server_keys_generation UNIQUE (purpose, generation)
) STRICT;

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE principals (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'team', 'service')),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    email TEXT,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'disabled')),
    outside INTEGER NOT NULL,
    class TEXT,
    owner BLOB REFERENCES principals (id),
    created_at INTEGER NOT NULL,
    CHECK ((kind = 'service') = (class IS NOT NULL)),
    CHECK ((kind = 'service') = (owner IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX principals_name ON principals (kind, folded) WHERE kind <> 'person';

CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    principal BLOB NOT NULL REFERENCES principals (id),
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE INDEX identities_principal ON identities (principal);

CREATE TABLE team_members (
    team BLOB NOT NULL REFERENCES principals (id),
    member BLOB NOT NULL REFERENCES principals (id),
    source TEXT NOT NULL CHECK (source IN ('provider', 'local')),
    PRIMARY KEY (team, member, source)
) STRICT;
CREATE INDEX team_members_member ON team_members (member);

CREATE TABLE group_teams (
    issuer TEXT NOT NULL,
    provider_group TEXT NOT NULL,
    team BLOB NOT NULL REFERENCES principals (id),
    PRIMARY KEY (issuer, provider_group)
) STRICT;

CREATE TABLE devices (
    id BLOB NOT NULL PRIMARY KEY,
    principal BLOB NOT NULL REFERENCES principals (id),
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    jkt BLOB NOT NULL CONSTRAINT devices_jkt UNIQUE,
    proof_key BLOB NOT NULL,
    sealing_key BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'ending', 'ended')),
    cache_generation INTEGER NOT NULL,
    cache_digest BLOB,
    journal_seq INTEGER NOT NULL,
    journal_head BLOB,
    enrolled_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_principal ON devices (principal);

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    principal BLOB NOT NULL REFERENCES principals (id),
    device BLOB NOT NULL REFERENCES devices (id),
    refresh_n INTEGER NOT NULL,
    refresh_used INTEGER NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    audience TEXT NOT NULL,
    sid TEXT,
    acr TEXT,
    amr TEXT NOT NULL,
    auth_time INTEGER,
    nonce TEXT NOT NULL,
    access_hash BLOB NOT NULL CONSTRAINT sessions_access_hash UNIQUE,
    access_expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    asserted_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'ended')),
    ended_at INTEGER
) STRICT;
CREATE INDEX sessions_principal ON sessions (principal) WHERE state <> 'ended';
CREATE INDEX sessions_device ON sessions (device) WHERE state <> 'ended';
CREATE INDEX sessions_identity ON sessions (issuer, subject) WHERE state <> 'ended';
CREATE INDEX sessions_sid ON sessions (issuer, sid) WHERE state <> 'ended';
CREATE INDEX sessions_asserted ON sessions (asserted_at) WHERE state = 'active';

CREATE TABLE challenges (
    hash BLOB NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX challenges_expiry ON challenges (expires_at);

CREATE TABLE used_id_tokens (
    issuer TEXT NOT NULL,
    hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, hash)
) STRICT;
CREATE INDEX used_id_tokens_expiry ON used_id_tokens (expires_at);

CREATE TABLE used_proofs (
    jkt BLOB NOT NULL,
    jti BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (jkt, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_proofs_expiry ON used_proofs (expires_at);

CREATE TABLE bootstrap (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    code_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    sealed_at INTEGER
) STRICT;

CREATE TABLE scopes (
    id BLOB NOT NULL PRIMARY KEY,
    parent BLOB REFERENCES scopes (id),
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    folded_path TEXT NOT NULL,
    depth INTEGER NOT NULL CHECK (depth BETWEEN 0 AND 8),
    class TEXT,
    discoverable TEXT NOT NULL,
    lease_seconds INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK ((parent IS NULL) = (depth = 0))
) STRICT;
CREATE UNIQUE INDEX scopes_name ON scopes (folded_path);
CREATE INDEX scopes_parent ON scopes (parent);

CREATE TABLE scope_ancestors (
    scope BLOB NOT NULL REFERENCES scopes (id),
    ancestor BLOB NOT NULL REFERENCES scopes (id),
    distance INTEGER NOT NULL,
    PRIMARY KEY (scope, ancestor)
) STRICT, WITHOUT ROWID;
CREATE INDEX scope_ancestors_ancestor ON scope_ancestors (ancestor, scope);

CREATE TABLE roles (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    actions TEXT NOT NULL,
    may_grant TEXT NOT NULL,
    builtin INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX roles_name ON roles (folded);

CREATE TABLE grants (
    id BLOB NOT NULL PRIMARY KEY,
    principal BLOB NOT NULL REFERENCES principals (id),
    role BLOB NOT NULL REFERENCES roles (id),
    scope BLOB NOT NULL REFERENCES scopes (id),
    reason TEXT NOT NULL,
    granted_by BLOB NOT NULL,
    granted_at INTEGER NOT NULL,
    not_before INTEGER,
    expires_at INTEGER,
    conditions TEXT NOT NULL,
    ended_at INTEGER,
    ended_by BLOB,
    ended_reason TEXT
) STRICT;
CREATE INDEX grants_live_principal ON grants (principal, scope) WHERE ended_at IS NULL;
CREATE INDEX grants_live_scope ON grants (scope, id) WHERE ended_at IS NULL;
CREATE INDEX grants_principal ON grants (principal, granted_at);
CREATE INDEX grants_role ON grants (role);

CREATE TABLE guardrails (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    body TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    builtin INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX guardrails_name ON guardrails (folded);

CREATE TABLE secrets (
    id BLOB NOT NULL PRIMARY KEY,
    scope BLOB NOT NULL REFERENCES scopes (id),
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    variable TEXT,
    kind TEXT NOT NULL,
    owner BLOB REFERENCES principals (id),
    tags TEXT NOT NULL,
    note TEXT NOT NULL,
    rotate_after_days INTEGER,
    expires_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB,
    changed_at INTEGER NOT NULL,
    deleted_at INTEGER,
    deleted_by BLOB,
    cursor INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX secrets_name ON secrets (scope, folded) WHERE deleted_at IS NULL;
CREATE INDEX secrets_living ON secrets (scope, id) WHERE deleted_at IS NULL;
CREATE INDEX secrets_bin ON secrets (scope, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX secrets_deleted ON secrets (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX secrets_cursor ON secrets (scope, cursor);

CREATE TABLE secret_versions (
    secret BLOB NOT NULL REFERENCES secrets (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    stage TEXT NOT NULL CHECK (stage IN ('current', 'pending', 'previous', 'retired')),
    size INTEGER NOT NULL,
    is_binary INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB,
    envelope BLOB NOT NULL,
    data_key BLOB NOT NULL,
    kek BLOB NOT NULL REFERENCES kek_generations (id),
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (secret, version)
) STRICT;
CREATE UNIQUE INDEX secret_versions_current ON secret_versions (secret) WHERE stage = 'current';
CREATE INDEX secret_versions_fingerprint ON secret_versions (fingerprint);
CREATE INDEX secret_versions_kek ON secret_versions (kek);

CREATE TABLE log_events (
    idx INTEGER NOT NULL PRIMARY KEY,
    event BLOB NOT NULL CONSTRAINT log_events_event UNIQUE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    actor BLOB,
    device BLOB,
    secret BLOB,
    scope BLOB,
    leaf BLOB NOT NULL,
    leaf_hash BLOB NOT NULL
) STRICT;
CREATE INDEX log_events_at ON log_events (at);
CREATE INDEX log_events_actor ON log_events (actor, idx) WHERE actor IS NOT NULL;
CREATE INDEX log_events_secret ON log_events (secret, idx) WHERE secret IS NOT NULL;
CREATE INDEX log_events_scope ON log_events (scope, idx) WHERE scope IS NOT NULL;

CREATE TABLE log_subjects (
    subject BLOB NOT NULL,
    seq INTEGER NOT NULL,
    idx INTEGER NOT NULL REFERENCES log_events (idx),
    leaf_hash BLOB NOT NULL,
    PRIMARY KEY (subject, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_tiles (
    level INTEGER NOT NULL,
    tile INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, tile)
) STRICT;

CREATE TABLE log_openings (
    idx INTEGER NOT NULL REFERENCES log_events (idx),
    field TEXT NOT NULL,
    about BLOB,
    opening_key BLOB NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (idx, field)
) STRICT;
CREATE INDEX log_openings_about ON log_openings (about) WHERE about IS NOT NULL;

CREATE TABLE releases (
    event BLOB NOT NULL PRIMARY KEY,
    principal BLOB NOT NULL,
    device BLOB NOT NULL,
    secret BLOB NOT NULL,
    version INTEGER NOT NULL,
    ciphertext_sha256 BLOB NOT NULL,
    issued_at INTEGER NOT NULL,
    max_age_ms INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX releases_principal ON releases (principal, secret, version, issued_at);
CREATE INDEX releases_secret ON releases (secret, issued_at);
CREATE INDEX releases_leases_device ON releases (device, issued_at) WHERE max_age_ms > 0 AND ended_at IS NULL;
CREATE INDEX releases_leases_secret ON releases (secret) WHERE max_age_ms > 0 AND ended_at IS NULL;

CREATE TABLE requests (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('rotation', 'access')),
    scope BLOB NOT NULL REFERENCES scopes (id),
    secret BLOB,
    role BLOB,
    seconds INTEGER,
    asked_by BLOB NOT NULL REFERENCES principals (id),
    asked_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'refused', 'withdrawn')),
    answered_by BLOB,
    answered_at INTEGER,
    word TEXT,
    version INTEGER,
    CHECK (kind <> 'rotation' OR secret IS NOT NULL),
    CHECK (kind <> 'access' OR (role IS NOT NULL AND seconds IS NOT NULL)),
    CHECK ((state = 'open') = (answered_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX requests_open_rotation ON requests (secret, asked_by) WHERE state = 'open' AND kind = 'rotation';
CREATE INDEX requests_secret ON requests (secret, asked_at);
CREATE INDEX requests_open ON requests (state, scope, asked_at) WHERE state = 'open';
CREATE INDEX requests_scope ON requests (scope, asked_at);
CREATE INDEX requests_asked_by ON requests (asked_by, asked_at);

CREATE TABLE orders (
    id BLOB NOT NULL PRIMARY KEY,
    device BLOB NOT NULL REFERENCES devices (id),
    seq INTEGER NOT NULL,
    targets TEXT NOT NULL,
    signed BLOB NOT NULL,
    issued_at INTEGER NOT NULL,
    acknowledged_at INTEGER,
    acknowledgement BLOB,
    CONSTRAINT orders_seq UNIQUE (device, seq)
) STRICT;
CREATE INDEX orders_pending ON orders (device, seq) WHERE acknowledged_at IS NULL;

CREATE TABLE journal (
    device BLOB NOT NULL REFERENCES devices (id),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    body BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (device, seq)
) STRICT;

CREATE TABLE changes (
    cursor INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    scope BLOB,
    secret BLOB,
    principal BLOB
) STRICT;
CREATE INDEX changes_scope ON changes (scope, cursor) WHERE scope IS NOT NULL;
CREATE INDEX changes_principal ON changes (principal, cursor) WHERE principal IS NOT NULL;
CREATE INDEX changes_policy ON changes (cursor) WHERE kind = 'policy';

CREATE TABLE failure_counts (
    minute INTEGER NOT NULL,
    kind TEXT NOT NULL,
    prefix TEXT NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (minute, kind, prefix)
) STRICT, WITHOUT ROWID;
