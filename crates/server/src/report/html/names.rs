//! The names in a report.

use claviger_model::ids::{PrincipalId, ScopeId};
use claviger_protocol::offboarding::{cases::RotationRecord, report::Report};

/// The names in a report; an id where there is none.
pub(super) struct Names<'a>(pub &'a Report);

impl Names<'_> {
    pub fn person(&self, id: PrincipalId) -> String {
        let all = self.0.principals.iter().chain(&self.0.case.principals);
        let mut all = all.filter(|known| known.id == id);
        match all.next() {
            Some(known) => match &known.email {
                Some(email) => format!("{} <{email}>", known.name),
                None => known.name.clone(),
            },
            None => id.to_string(),
        }
    }

    pub fn place(&self, id: ScopeId) -> String {
        let named = self.0.scopes.iter().find(|place| place.id == id);
        named.map_or_else(|| id.to_string(), |place| place.path.to_string())
    }

    pub fn role(&self, id: claviger_model::ids::RoleId) -> String {
        let named = self.0.roles.iter().find(|role| role.id == id);
        named.map_or_else(|| id.to_string(), |role| role.name.clone())
    }

    pub fn secret(&self, rotation: &RotationRecord) -> String {
        match self.0.secrets.iter().find(|secret| secret.id == rotation.secret) {
            Some(secret) => format!("{}/{}", self.place(secret.scope), secret.name),
            None => rotation.secret.to_string(),
        }
    }
}
