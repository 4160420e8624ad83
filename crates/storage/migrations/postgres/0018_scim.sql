-- What the identity provider says through SCIM. A user points at the person whom it stands for; who somebody is stays with their
-- identity (rule 4). `active` is the provider's word, `principals.state` what counts. Nobody's access is decided by these tables: groups
-- count through the memberships that the provider gives (`team_members`).

CREATE TABLE scim_tokens (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    made_by BYTEA NOT NULL REFERENCES principals (id),
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    last_used_at BIGINT,
    replaces BYTEA REFERENCES scim_tokens (id),
    ended_at BIGINT,
    ended_by BYTEA REFERENCES principals (id),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);

CREATE TABLE scim_users (
    id BYTEA NOT NULL PRIMARY KEY,
    principal BYTEA NOT NULL UNIQUE REFERENCES principals (id),
    user_name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    external_id TEXT UNIQUE,
    active BIGINT NOT NULL,
    attributes TEXT NOT NULL,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX scim_users_order ON scim_users (made_at, id);

CREATE TABLE scim_groups (
    id BYTEA NOT NULL PRIMARY KEY,
    display TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    external_id TEXT UNIQUE,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX scim_groups_order ON scim_groups (made_at, id);

CREATE TABLE scim_members (
    scim_group BYTEA NOT NULL REFERENCES scim_groups (id),
    scim_user BYTEA NOT NULL REFERENCES scim_users (id),
    PRIMARY KEY (scim_group, scim_user)
);
CREATE INDEX scim_members_user ON scim_members (scim_user);

-- What the configured claim said of somebody at a sign-in; the first person of whom it was said keeps it.
CREATE TABLE provider_claims (
    issuer TEXT NOT NULL,
    claim TEXT NOT NULL,
    value TEXT NOT NULL,
    principal BYTEA NOT NULL REFERENCES principals (id),
    PRIMARY KEY (issuer, claim, value)
);
