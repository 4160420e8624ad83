//! What every connector must do, on each of them: PostgreSQL itself, and GitHub's side as its published description has it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod conformance {
    pub mod bench;
    pub mod github;
    pub mod invitations;
    pub mod login;
    pub mod owning;
    pub mod postgres;
    pub mod suite;
    pub mod team_names;
    pub mod teams;
}
