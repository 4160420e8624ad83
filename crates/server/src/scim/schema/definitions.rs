//! The attributes.

use super::{Definition, Kind, Mutability, Returned, Schema};

/// A text that clients write.
const TEXT: Definition = Definition {
    name: "",
    kind: Kind::Text,
    many: false,
    required: false,
    exact: false,
    mutability: Mutability::Write,
    returned: Returned::Default,
    unique: false,
    leads_to: &["uri"],
    about: "",
    subs: &[],
};
const READ: Definition = Definition {
    mutability: Mutability::Read,
    ..TEXT
};
const REFERENCE: Definition = Definition {
    name: "$ref",
    kind: Kind::Reference,
    exact: true,
    mutability: Mutability::Read,
    about: "Its address",
    ..TEXT
};

const ID: Definition = Definition {
    name: "id",
    exact: true,
    required: true,
    returned: Returned::Always,
    unique: true,
    about: "Made by this server; never changes",
    ..READ
};
const EXTERNAL_ID: Definition = Definition {
    name: "externalId",
    exact: true,
    about: "The provider's immutable id; what the configured claim says at sign-in",
    ..TEXT
};
const META: Definition = Definition {
    name: "meta",
    kind: Kind::Complex,
    about: "About the resource itself",
    subs: &[
        Definition {
            name: "resourceType",
            exact: true,
            ..READ
        },
        Definition {
            name: "created",
            kind: Kind::Moment,
            ..READ
        },
        Definition {
            name: "lastModified",
            kind: Kind::Moment,
            ..READ
        },
        Definition {
            name: "location",
            kind: Kind::Reference,
            exact: true,
            ..READ
        },
        Definition {
            name: "version",
            exact: true,
            ..READ
        },
    ],
    ..READ
};

/// People.
pub const USER: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    endpoint: "/Users",
    about: "A person of the organization",
    attributes: &[
        Definition {
            name: "userName",
            required: true,
            unique: true,
            about: "What the provider calls the person",
            ..TEXT
        },
        Definition {
            name: "name",
            kind: Kind::Complex,
            about: "The parts of the name",
            subs: &[
                Definition {
                    name: "formatted",
                    about: "The whole name",
                    ..TEXT
                },
                Definition {
                    name: "familyName",
                    about: "The family name",
                    ..TEXT
                },
                Definition {
                    name: "givenName",
                    about: "The given name",
                    ..TEXT
                },
            ],
            ..TEXT
        },
        Definition {
            name: "displayName",
            about: "What people here read",
            ..TEXT
        },
        Definition {
            name: "emails",
            kind: Kind::Complex,
            many: true,
            about: "For showing only; nobody is known by an address",
            subs: &[
                Definition {
                    name: "value",
                    about: "The address",
                    ..TEXT
                },
                Definition {
                    name: "type",
                    about: "Such as work or home",
                    ..TEXT
                },
                Definition {
                    name: "primary",
                    kind: Kind::Boolean,
                    about: "Whether it is the one that is shown",
                    ..TEXT
                },
            ],
            ..TEXT
        },
        Definition {
            name: "timezone",
            kind: Kind::Zone,
            about: "In which time zone the person works, such as Europe/Berlin; nothing is decided by it",
            ..TEXT
        },
        Definition {
            name: "active",
            kind: Kind::Boolean,
            about: "False opens an offboarding case",
            ..TEXT
        },
        Definition {
            name: "groups",
            kind: Kind::Complex,
            many: true,
            about: "The groups of the person",
            subs: &[
                Definition {
                    name: "value",
                    exact: true,
                    about: "The id of the group",
                    ..READ
                },
                Definition {
                    leads_to: &["Group"],
                    ..REFERENCE
                },
                Definition {
                    name: "display",
                    about: "What it is called",
                    ..READ
                },
            ],
            ..READ
        },
        ID,
        EXTERNAL_ID,
        META,
    ],
    common: 3,
};

/// Groups, which stand for teams.
pub const GROUP: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    endpoint: "/Groups",
    about: "A group of people, which stands for a team",
    attributes: &[
        Definition {
            name: "displayName",
            required: true,
            unique: true,
            about: "What the provider calls the group",
            ..TEXT
        },
        Definition {
            name: "members",
            kind: Kind::Complex,
            many: true,
            about: "The people in it",
            subs: &[
                Definition {
                    name: "value",
                    exact: true,
                    mutability: Mutability::Once,
                    about: "The id of the user",
                    ..TEXT
                },
                Definition {
                    leads_to: &["User"],
                    mutability: Mutability::Once,
                    ..REFERENCE
                },
            ],
            ..TEXT
        },
        ID,
        EXTERNAL_ID,
        META,
    ],
    common: 3,
};
