-- In which time zone people work, as the identity provider says at a sign-in or through SCIM; each keeps its own word, so that taking
-- back the one leaves the other. Nothing is decided by it.
CREATE TABLE person_zones (
    person BYTEA NOT NULL REFERENCES principals (id),
    said_by TEXT NOT NULL CHECK (said_by IN ('sign-in', 'scim')),
    zone TEXT NOT NULL,
    PRIMARY KEY (person, said_by)
);
