//! From the server's replies about access to what people read.

use super::words::{stands, step, verdict};
use crate::{
    cases::{names, why},
    state::{book::Book, person::initials},
    view::{
        access::{
            AccessGrant, AccessPerson, AccessPlace, AccessWay, CellStands, GrantStep, MatrixCell, MatrixRow,
            MatrixView, PrincipalKind, PrincipalView, RoleRef, UsesView,
        },
        places::EnvironmentClass,
        state::PersonRef,
    },
};
use claviger_model::{
    action::Action,
    builtin_roles,
    conditions::GrantConditions,
    ids::{PrincipalId, RoleId, ScopeId},
    principal::{PrincipalKind as Kind, PrincipalState},
    role::{MayGrant, Role},
    time::Timestamp,
};
use claviger_protocol::{
    access::{self as wire, AccessMatrixReply, AccessOfRow, AccessPath, AccessRow, PlaceName},
    principals::PrincipalRecord,
};
use std::{collections::HashMap, sync::Arc};

/// The names of a reply.
pub(in crate::cases) struct Shown<'a> {
    book: Arc<Book>,
    now: Timestamp,
    roles: Vec<Role>,
    principals: HashMap<PrincipalId, &'a PrincipalRecord>,
    scopes: HashMap<ScopeId, String>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(
        book: Arc<Book>,
        now: Timestamp,
        roles: Vec<Role>,
        principals: &'a [PrincipalRecord],
        scopes: &[PlaceName],
    ) -> Self {
        Self {
            book,
            now,
            roles,
            principals: principals.iter().map(|record| (record.id, record)).collect(),
            scopes: scopes
                .iter()
                .map(|scope| (scope.id, scope.path.to_string()))
                .collect(),
        }
    }

    /// Somebody's line at a place.
    pub(super) fn at(&self, row: &AccessRow) -> AccessPerson {
        AccessPerson {
            principal: self.principal(row.principal),
            role: self.role(row.role),
            now: verdict(&row.now),
            uses: uses(row.uses),
            ways: row.paths.iter().map(|path| self.way(path)).collect(),
        }
    }

    /// A grant of somebody.
    pub(super) fn of(&self, row: &AccessOfRow) -> AccessGrant {
        AccessGrant {
            way: self.way(&row.path),
            now: verdict(&row.now),
            uses: uses(row.uses),
        }
    }

    /// The matrix.
    pub(super) fn matrix(
        &self,
        reply: &AccessMatrixReply,
        next: Option<String>,
        next_places: Option<String>,
    ) -> MatrixView {
        let mut roles: Vec<RoleId> = Vec::new();
        let mut number = |role: RoleId| {
            let known = roles.iter().position(|known| *known == role).unwrap_or_else(|| {
                roles.push(role);
                roles.len() - 1
            });
            names::count(known)
        };
        let mut rows = Vec::with_capacity(reply.rows.len());
        for row in &reply.rows {
            let cells = row.cells.iter().map(|cell| MatrixCell {
                place: cell.place,
                role: number(cell.role),
                stands: match cell.stands {
                    wire::CellStands::Counts => CellStands::Counts,
                    wire::CellStands::NotYet => CellStands::NotYet,
                    wire::CellStands::Unmet => CellStands::Unmet,
                    wire::CellStands::Guardrail => CellStands::Guardrail,
                    wire::CellStands::Inactive => CellStands::Inactive,
                },
                more: cell.more,
                inherited: cell.inherited,
                by_team: cell.by_team,
                ends_at: cell.expires_at.map(Timestamp::millis),
            });
            rows.push(MatrixRow {
                cells: cells.collect(),
                principal: record(&row.principal),
            });
        }
        MatrixView {
            places: reply.places.iter().map(|place| self.place(place)).collect(),
            roles: roles.into_iter().map(|role| self.role(role)).collect(),
            rows,
            next,
            next_places,
        }
    }

    fn place(&self, place: &PlaceName) -> AccessPlace {
        let node = self.book.places.get(place.id);
        let class = node.and_then(|node| node.class);
        AccessPlace {
            id: place.id.to_string(),
            path: place.path.to_string(),
            depth: names::count(place.path.segments().len()),
            class: class.map(|class| names::class(Some(class))),
            may_give: node.is_some_and(|node| node.actions.contains(&Action::GrantAssign)),
        }
    }

    /// A grant on its way to somebody.
    pub(in crate::cases) fn way(&self, path: &AccessPath) -> AccessWay {
        AccessWay {
            grant: path.grant.to_string(),
            role: self.role(path.role),
            place: path.scope.to_string(),
            path: self.path(path.scope),
            inherited: path.inherited,
            team: path.team.map(|team| self.name(team)),
            through: path.through.map(|team| self.name(team)),
            reason: path.reason.clone().filter(|reason| !reason.is_empty()),
            given_by: path.granted_by.map(|giver| self.name(giver)),
            given_at: path.granted_at.millis(),
            from: path.not_before.map(Timestamp::millis),
            ends_at: path.expires_at.map(Timestamp::millis),
            conditions: self.conditions(&path.conditions),
            zone: zone(&path.conditions),
            stands: stands(&path.stands),
            uses: uses(path.uses),
            may: steps(path),
        }
    }

    /// The class of the environment around a place, as far as this device knows.
    pub(in crate::cases) fn class(&self, scope: ScopeId) -> EnvironmentClass {
        names::class(self.book.places.get(scope).and_then(|node| node.class))
    }

    /// Conditions of a grant, in words.
    pub(in crate::cases) fn conditions(&self, conditions: &GrantConditions) -> Vec<String> {
        why::conditions(&self.book, conditions, self.now)
            .into_iter()
            .map(|condition| condition.words)
            .collect()
    }

    /// A role by name.
    pub(in crate::cases) fn role(&self, role: RoleId) -> RoleRef {
        let known = self.roles.iter().find(|known| known.id == role);
        RoleRef {
            id: role.to_string(),
            name: known.map_or_else(|| "A role".to_owned(), |known| known.name.to_string()),
        }
    }

    /// Where a place stands.
    pub(in crate::cases) fn path(&self, scope: ScopeId) -> String {
        let known = self.scopes.get(&scope).cloned();
        known.unwrap_or_else(|| self.book.places.path(scope).to_owned())
    }

    /// Somebody by name.
    pub(in crate::cases) fn name(&self, principal: PrincipalId) -> String {
        match self.principals.get(&principal) {
            Some(record) => record.name.clone(),
            None => names::name(&self.book, principal),
        }
    }

    /// Somebody.
    pub(in crate::cases) fn person(&self, principal: PrincipalId) -> PersonRef {
        match self.principals.get(&principal) {
            Some(record) => person(record),
            None => names::person(&self.book, principal),
        }
    }

    /// The same, with what it is and whether it can act.
    pub(in crate::cases) fn principal(&self, principal: PrincipalId) -> PrincipalView {
        match self.principals.get(&principal) {
            Some(known) => record(known),
            None => PrincipalView {
                person: names::person(&self.book, principal),
                kind: PrincipalKind::Person,
                active: true,
            },
        }
    }
}

/// A role with its name.
pub(in crate::cases) fn role_ref(role: &Role) -> RoleRef {
    RoleRef {
        id: role.id.to_string(),
        name: role.name.to_string(),
    }
}

/// Whether a role can do less than another one: no action more, and nothing more to grant.
pub(super) fn is_less(role: &Role, than: &Role) -> bool {
    // What is ready for services is nothing to offer to a person.
    if role.is_for_services() && !than.is_for_services() {
        return false;
    }
    let grants_no_more = match &role.may_grant {
        MayGrant::Roles(roles) => roles.iter().all(|granted| than.may_grant.includes(*granted)),
        MayGrant::Every => than.may_grant == MayGrant::Every,
    };
    role.id != than.id && role.actions.is_subset(&than.actions) && grants_no_more
}

/// A principal as the server knows it.
pub(in crate::cases) fn record(record: &PrincipalRecord) -> PrincipalView {
    PrincipalView {
        person: person(record),
        kind: match record.kind {
            Kind::Person => PrincipalKind::Person,
            Kind::Team => PrincipalKind::Team,
            Kind::Service => PrincipalKind::Service,
        },
        active: record.state == PrincipalState::Active,
    }
}

fn person(record: &PrincipalRecord) -> PersonRef {
    PersonRef {
        id: record.id.to_string(),
        name: record.name.clone(),
        email: record.email.clone(),
        initials: initials(&record.name),
        team: None,
    }
}

fn uses(uses: wire::Uses) -> UsesView {
    UsesView {
        last_at: uses.last_at.map(Timestamp::millis),
        recent: names::number(uses.recent),
    }
}

/// The time zone of a grant's hours.
fn zone(conditions: &GrantConditions) -> Option<String> {
    let hours = conditions.known()?.hours.as_ref()?;
    Some(hours.zone.clone())
}

/// What may be taken from it. Two things are ended and never narrowed: emergency access, and what two Owners delegated.
fn steps(path: &AccessPath) -> Vec<GrantStep> {
    let whole = path.conditions.is_emergency() || path.role == builtin_roles::POLICY_FILES;
    let may = path.may.iter().copied().map(step);
    may.filter(|step| !whole || *step != GrantStep::Narrow).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::{builtin_roles as roles, conditions::Conditions, ids::GrantId};

    #[test]
    fn the_lesser_roles_of_each_built_in_one() {
        let all = roles::all();
        let lesser = |id: RoleId| -> Vec<String> {
            let than = all.iter().find(|role| role.id == id).unwrap();
            let lesser = all.iter().filter(|role| is_less(role, than));
            lesser.map(|role| role.name.to_string()).collect()
        };
        assert!(lesser(roles::VIEWER).is_empty());
        assert_eq!(lesser(roles::EDITOR), ["Viewer", "Consumer", "Reader"]);
        assert_eq!(lesser(roles::LEAD), ["Viewer"]);
        assert_eq!(lesser(roles::OWNER), ["Viewer", "Lead", "Offboarder"]);
    }

    #[test]
    fn emergency_access_and_what_was_delegated_are_not_narrowed() {
        let path = |role: RoleId, conditions: Conditions| AccessPath {
            grant: GrantId::from_bytes([1; 16]),
            role,
            scope: ScopeId::from_bytes([2; 16]),
            inherited: false,
            team: None,
            through: None,
            reason: None,
            granted_by: None,
            granted_at: Timestamp::from_millis(0),
            not_before: None,
            expires_at: None,
            conditions: GrantConditions::Known(conditions),
            stands: wire::Stands::Counts,
            uses: wire::Uses {
                last_at: None,
                recent: 0,
            },
            may: vec![
                wire::GrantStep::Shorten,
                wire::GrantStep::Narrow,
                wire::GrantStep::Revoke,
            ],
        };
        let drawn = Conditions {
            emergency: true,
            ..Conditions::default()
        };
        let all = [GrantStep::Shorten, GrantStep::Narrow, GrantStep::Revoke];
        assert_eq!(steps(&path(roles::READER, Conditions::default())), all);
        let ends = [GrantStep::Shorten, GrantStep::Revoke];
        assert_eq!(steps(&path(roles::READER, drawn)), ends);
        assert_eq!(steps(&path(roles::POLICY_FILES, Conditions::default())), ends);
        assert_eq!(zone(&GrantConditions::Known(Conditions::default())), None);
    }
}
