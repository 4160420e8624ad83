-- What a leaver was known by when their case was opened, and whenever it was asked for again: connected systems are asked for accounts
-- of these names as well, since the provider may take names away, or give others, before a system answers. Gone when the case is over.
CREATE TABLE offboarding_known (
    offboarding BYTEA NOT NULL REFERENCES offboarding_cases (id),
    what TEXT NOT NULL CHECK (what IN ('mail', 'user-name')),
    name TEXT NOT NULL,
    PRIMARY KEY (offboarding, what, name)
);
INSERT INTO offboarding_known (offboarding, what, name)
SELECT c.id, 'mail', m.address FROM offboarding_cases c JOIN mail_addresses m ON m.person = c.person WHERE c.closed_at IS NULL;
INSERT INTO offboarding_known (offboarding, what, name)
SELECT c.id, 'user-name', u.user_name FROM offboarding_cases c JOIN scim_users u ON u.principal = c.person WHERE c.closed_at IS NULL;
