//! Who calls.

use crate::house::{Actor, House, Places};
use claviger_model::{
    builtin_roles as roles, ids::RoleId, principal::PrincipalState, scope::EnvironmentClass,
};
use claviger_storage::sessions::DeviceState;
use std::fmt::Display;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Anonymous,
    Stranger,
    Holder(&'static str, RoleId, bool),
    Service,
    Files,
    Disabled,
    EndedDevice,
}

pub const KINDS: &[Kind] = &[
    Kind::Anonymous,
    Kind::Stranger,
    Kind::Holder("viewer", roles::VIEWER, false),
    Kind::Holder("consumer", roles::CONSUMER, false),
    Kind::Holder("reader", roles::READER, false),
    Kind::Holder("editor", roles::EDITOR, false),
    Kind::Holder("lead", roles::LEAD, false),
    Kind::Holder("auditor", roles::AUDITOR, true),
    Kind::Holder("offboarder", roles::OFFBOARDER, true),
    Kind::Holder("owner", roles::OWNER, true),
    Kind::Service,
    Kind::Files,
    Kind::Disabled,
    Kind::EndedDevice,
];

impl Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "anonymous",
            Self::Stranger => "stranger",
            Self::Holder(name, ..) => name,
            Self::Service => "service, editor",
            Self::Files => "policy files",
            Self::Disabled => "disabled editor",
            Self::EndedDevice => "editor, device ended",
        })
    }
}

pub async fn actor(house: &House, kind: Kind) -> Option<Actor> {
    let Places { root, production, .. } = house.places;
    match kind {
        Kind::Anonymous => None,
        Kind::Stranger => Some(house.actor(&[]).await),
        Kind::Holder(_, role, at_root) => {
            let scope = if at_root { root } else { production };
            Some(house.actor(&[(role, scope)]).await)
        }
        Kind::Service => {
            let class = EnvironmentClass::Production;
            Some(house.service(class, &[(roles::EDITOR, production)]).await)
        }
        Kind::Files => {
            let class = EnvironmentClass::Production;
            let actor = house.service(class, &[]).await;
            let mut locked = house.app.store.locked().await.unwrap();
            let now = locked.now();
            let grant = crate::house::grant(actor.principal, roles::POLICY_FILES, root, now);
            locked.insert_grant(&grant).await.unwrap();
            let delegation = claviger_storage::files::FileDelegation {
                grant: grant.id,
                may_grant: [roles::VIEWER].into(),
                roles: true,
                guardrails: true,
                approved_by: actor.principal,
            };
            locked.insert_file_delegation(&delegation).await.unwrap();
            locked.commit().await.unwrap();
            Some(actor)
        }
        Kind::Disabled => {
            let actor = house.actor(&[(roles::EDITOR, production)]).await;
            let mut locked = house.app.store.locked().await.unwrap();
            let mut row = locked.principal(actor.principal).await.unwrap().unwrap();
            row.state = PrincipalState::Disabled;
            assert!(locked.update_principal(&row).await.unwrap());
            locked.commit().await.unwrap();
            Some(actor)
        }
        Kind::EndedDevice => {
            let actor = house.actor(&[(roles::EDITOR, production)]).await;
            let mut locked = house.app.store.locked().await.unwrap();
            for (from, to) in [
                (DeviceState::Active, DeviceState::Ending),
                (DeviceState::Ending, DeviceState::Ended),
            ] {
                locked.set_device_state(actor.device, from, to).await.unwrap();
            }
            locked.commit().await.unwrap();
            Some(actor)
        }
    }
}
