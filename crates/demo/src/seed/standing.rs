//! Which grants let somebody read what they read, so that the year's events say so as a server's do.

use super::turn::{Turn, principal};
use crate::company::{people::TEAMS, projects};
use claviger_model::{
    builtin_roles::{CONSUMER, EDITOR, READER},
    event::EventKind,
    grant::Grant,
    ids::ScopeId,
};

/// More than the company has.
const MOST: u32 = 10_000;

/// The grants that were given at the start.
pub(super) struct Standing(Vec<Grant>);

impl Standing {
    /// As they stand now, at and below a scope.
    pub(super) async fn below(turn: &mut Turn<'_>, top: ScopeId) -> anyhow::Result<Self> {
        let now = turn.now();
        Ok(Self(turn.db().grants_under(top, now, None, MOST).await?))
    }

    /// The ids of those that let a person, or a team of theirs, do this at a path; none where nobody gave any.
    pub(super) fn that_allow(&self, name: &str, kind: EventKind, path: &str) -> Vec<String> {
        let teams = TEAMS.iter().filter(|team| team.people.contains(&name));
        let holders: Vec<_> = teams.map(|team| team.name).chain([name]).map(principal).collect();
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let chain: Vec<_> = ends.filter_map(|end| path.get(..end)).map(projects::id).collect();
        let reads =
            |role| role == READER || role == EDITOR || (role == CONSUMER && kind == EventKind::SecretUsed);
        let allows = |grant: &&Grant| {
            holders.contains(&grant.principal) && chain.contains(&grant.scope) && reads(grant.role)
        };
        self.0
            .iter()
            .filter(allows)
            .map(|grant| grant.id.to_string())
            .collect()
    }
}
