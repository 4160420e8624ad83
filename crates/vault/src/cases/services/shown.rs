//! Service identities as the page sees them.

use super::Shown;
use crate::{
    cases::names,
    view::services::{ServiceKeyView, ServiceKind as KindView, ServiceRights, ServiceView},
};
use claviger_model::{principal::PrincipalState, service::ServiceKind, time::Timestamp};
use claviger_protocol::services::{ServiceKeyRecord, ServiceRecord};

pub(super) fn service(shown: &Shown<'_>, record: &ServiceRecord) -> ServiceView {
    ServiceView {
        id: record.id.to_string(),
        name: record.name.clone(),
        kind: kind(record.kind),
        class: names::class(Some(record.class)),
        active: record.state == PrincipalState::Active,
        owner: shown.person(record.owner),
        answered_for: record.answered_for,
        home: record.home.to_string(),
        home_path: record.home_path.clone(),
        made_by: record.made_by.map(|maker| shown.person(maker)),
        made_at: record.made_at.millis(),
        keys: record.keys.iter().map(|one| key(shown, one)).collect(),
        rights: ServiceRights {
            edit: record.may.edit,
            disable: record.may.disable,
            make_keys: record.may.make_keys,
            end_keys: record.may.end_keys,
        },
    }
}

fn key(shown: &Shown<'_>, record: &ServiceKeyRecord) -> ServiceKeyView {
    ServiceKeyView {
        id: record.id.to_string(),
        name: record.name.clone(),
        thumbprint: record.thumbprint.clone().into(),
        networks: record.networks.iter().map(ToString::to_string).collect(),
        made_by: shown.person(record.made_by),
        made_at: record.made_at.millis(),
        ends_at: record.ends_at.millis(),
        ended_at: record.ended_at.map(Timestamp::millis),
        ended_by: record.ended_by.map(|by| shown.person(by)),
        live: record.live,
        last_used_at: record.last_used_at.map(Timestamp::millis),
        uses: names::number(record.uses),
    }
}

const fn kind(kind: ServiceKind) -> KindView {
    match kind {
        ServiceKind::CiJob => KindView::CiJob,
        ServiceKind::Application => KindView::Application,
        ServiceKind::Bot => KindView::Bot,
        ServiceKind::Agent => KindView::Agent,
    }
}

pub(super) const fn kind_from(kind: KindView) -> ServiceKind {
    match kind {
        KindView::CiJob => ServiceKind::CiJob,
        KindView::Application => ServiceKind::Application,
        KindView::Bot => ServiceKind::Bot,
        KindView::Agent => ServiceKind::Agent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_as_it_went() {
        for one in ServiceKind::ALL {
            assert_eq!(kind_from(kind(*one)), *one);
        }
    }
}
