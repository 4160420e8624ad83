-- What the identity provider says through SCIM. A user points at the person whom it stands for; who somebody is stays with their
-- identity (rule 4). `active` is the provider's word, `principals.state` what counts. Nobody's access is decided by these tables: groups
-- count through the memberships that the provider gives (`team_members`).

CREATE TABLE scim_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    made_by BLOB NOT NULL REFERENCES principals (id),
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    last_used_at INTEGER,
    replaces BLOB REFERENCES scim_tokens (id),
    ended_at INTEGER,
    ended_by BLOB REFERENCES principals (id),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT;

CREATE TABLE scim_users (
    id BLOB NOT NULL PRIMARY KEY,
    principal BLOB NOT NULL UNIQUE REFERENCES principals (id),
    user_name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    external_id TEXT UNIQUE,
    active INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    version INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX scim_users_order ON scim_users (made_at, id);

CREATE TABLE scim_groups (
    id BLOB NOT NULL PRIMARY KEY,
    display TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    external_id TEXT UNIQUE,
    version INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX scim_groups_order ON scim_groups (made_at, id);

CREATE TABLE scim_members (
    scim_group BLOB NOT NULL REFERENCES scim_groups (id),
    scim_user BLOB NOT NULL REFERENCES scim_users (id),
    PRIMARY KEY (scim_group, scim_user)
) STRICT;
CREATE INDEX scim_members_user ON scim_members (scim_user);

-- What the configured claim said of somebody at a sign-in; the first person of whom it was said keeps it.
CREATE TABLE provider_claims (
    issuer TEXT NOT NULL,
    claim TEXT NOT NULL,
    value TEXT NOT NULL,
    principal BLOB NOT NULL REFERENCES principals (id),
    PRIMARY KEY (issuer, claim, value)
) STRICT;
