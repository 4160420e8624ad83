//! The blast radius of a person, a device, a session, a service identity or a secret, page by page.

use super::{
    connected,
    shown::{Named, numbers},
};
use crate::{
    Vault,
    cases::names,
    view::{
        offboarding::radius::{
            AloneView, KnownValue, RadiusDevice, RadiusGrant, RadiusKey, RadiusRight, RadiusSession,
            RadiusView, ReachedPlace, ReacherView, SuspectKind, SuspectPlace, SuspectRef, WaitingCounts,
        },
        problem::Problem,
    },
};
use claviger_model::{
    action::Action,
    blast::{Alone, DeviceAtHand, Known, Reached, Reacher, Suspect, Through, Waiting},
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::radius::{After, RadiusCall, RadiusReply},
    route,
};

impl Vault {
    /// What can be reached and is held; `after` as one of the view's own `more_…` said, which brings a further page of that list.
    ///
    /// # Errors
    /// When this person may not know, there is no such thing, or the server does not answer.
    pub async fn blast_radius(&self, of: &SuspectRef, after: Option<&str>) -> Result<RadiusView, Problem> {
        let after: Option<After> = after
            .map(|text| serde_json::from_str(text).map_err(|_| names::not_found()))
            .transpose()?;
        let call = RadiusCall {
            of: suspect(of)?,
            after,
            limit: None,
        };
        let reply: RadiusReply = self.inner.call(route::BLAST_RADIUS, &[], &call).await?;
        let shown = self.shown(&reply.principals, &reply.scopes).await?;
        Ok(view(
            &Named::new(&shown, &reply.secrets, &reply.named_devices),
            &reply,
        ))
    }
}

fn suspect(of: &SuspectRef) -> Result<Suspect, Problem> {
    Ok(match of.kind {
        SuspectKind::Person => Suspect::Person(names::id(&of.id)?),
        SuspectKind::Device => Suspect::Device(names::id(&of.id)?),
        SuspectKind::Session => Suspect::Session(names::id(&of.id)?),
        SuspectKind::Service => Suspect::Service(names::id(&of.id)?),
        SuspectKind::Secret => Suspect::Secret(names::id(&of.id)?),
    })
}

fn view(named: &Named<'_>, reply: &RadiusReply) -> RadiusView {
    let shown = named.shown;
    let (of, name, device) = about(named, reply);
    let more = |after: &Option<After>| after.as_ref().and_then(|after| serde_json::to_string(after).ok());
    RadiusView {
        of,
        name,
        whose: device
            .and_then(|device| named.device(device))
            .map(|device| shown.person(device.principal)),
        place: match reply.of {
            Suspect::Secret(id) => named.place_of(id).map(|scope| SuspectPlace {
                id: scope.to_string(),
                path: shown.path(scope),
            }),
            _ => None,
        },
        at: reply.at.millis(),
        digest: reply.digest.clone().into(),
        numbers: numbers(&reply.numbers),
        known: reply.known.iter().map(|known| value(named, known)).collect(),
        reach: reply.reach.iter().map(|reached| place(named, reached)).collect(),
        alone: reply.alone.iter().map(|one| alone(named, one)).collect(),
        reachers: reply.reachers.iter().map(|one| reacher(named, one)).collect(),
        grants: reply.grants.iter().map(|one| grant(named, one)).collect(),
        emergency: reply
            .emergency
            .iter()
            .map(|right| RadiusRight {
                id: right.right.to_string(),
                role: shown.role(right.role),
                path: shown.path(right.scope),
                ends_at: right.ends_at.millis(),
            })
            .collect(),
        connected: reply.connected.iter().map(connected::found).collect(),
        waiting: waiting(&reply.waiting),
        devices: reply.devices.iter().map(|one| at_hand(named, one)).collect(),
        sessions: reply
            .sessions
            .iter()
            .map(|session| RadiusSession {
                id: session.session.to_string(),
                device_name: named.device_name(session.device),
                started_at: session.created_at.millis(),
                ends_at: session.ends_at.millis(),
            })
            .collect(),
        keys: reply
            .keys
            .iter()
            .map(|key| RadiusKey {
                id: key.key.to_string(),
                service: shown.person(key.service),
                ends_at: key.ends_at.millis(),
                last_used_at: key.last_used_at.map(Timestamp::millis),
            })
            .collect(),
        more_known: more(&reply.next.known),
        more_reach: more(&reply.next.reach),
        more_alone: more(&reply.next.alone),
        more_reachers: more(&reply.next.reachers),
    }
}

/// Whom or what it is about, its name, and the device that it is about or stands on.
fn about(
    named: &Named<'_>,
    reply: &RadiusReply,
) -> (SuspectRef, String, Option<claviger_model::ids::DeviceId>) {
    let of = |kind, id: String, name| (SuspectRef { kind, id }, name);
    let (of, name) = match reply.of {
        Suspect::Person(id) => of(SuspectKind::Person, id.to_string(), named.shown.name(id)),
        Suspect::Service(id) => of(SuspectKind::Service, id.to_string(), named.shown.name(id)),
        Suspect::Device(id) => of(SuspectKind::Device, id.to_string(), named.device_name(id)),
        Suspect::Secret(id) => of(
            SuspectKind::Secret,
            id.to_string(),
            named.secret(id).reference.title,
        ),
        Suspect::Session(id) => {
            let device = reply.sessions.first().map(|session| session.device);
            let name = device.map_or_else(
                || "A session".to_owned(),
                |device| format!("Session on {}", named.device_name(device)),
            );
            of(SuspectKind::Session, id.to_string(), name)
        }
    };
    let device = match reply.of {
        Suspect::Device(id) => Some(id),
        Suspect::Session(_) => reply.sessions.first().map(|session| session.device),
        Suspect::Person(_) | Suspect::Service(_) | Suspect::Secret(_) => None,
    };
    (of, name, device)
}

fn value(named: &Named<'_>, known: &Known) -> KnownValue {
    KnownValue {
        secret: named.secret(known.secret),
        version: names::number(known.version),
        since: known.since.millis(),
        owner: known.owner.map(|owner| named.shown.person(owner)),
        risk: known.risk.number().into(),
        holdings: known
            .holdings
            .iter()
            .map(|holding| named.holding(holding))
            .collect(),
    }
}

fn grant(named: &Named<'_>, grant: &Through) -> RadiusGrant {
    let shown = named.shown;
    RadiusGrant {
        id: grant.grant.to_string(),
        role: shown.role(grant.role),
        path: shown.path(grant.scope),
        team: grant.team.map(|team| shown.name(team)),
        from: grant.not_before.map(Timestamp::millis),
        ends_at: grant.expires_at.map(Timestamp::millis),
    }
}

fn reacher(named: &Named<'_>, one: &Reacher) -> ReacherView {
    ReacherView {
        person: named.shown.person(one.principal),
        reveals: one.actions.contains(&Action::SecretReveal),
        through: one.through.iter().map(|through| grant(named, through)).collect(),
    }
}

fn place(named: &Named<'_>, reached: &Reached) -> ReachedPlace {
    ReachedPlace {
        id: reached.scope.to_string(),
        path: named.shown.path(reached.scope),
        class: named.shown.class(reached.scope),
        secrets: names::number(reached.secrets),
        actions: reached.actions.iter().map(ToString::to_string).collect(),
    }
}

fn alone(named: &Named<'_>, one: &Alone) -> AloneView {
    match one {
        Alone::Secret(id) => AloneView::Secret {
            secret: named.secret(*id),
        },
        Alone::Team(id) => AloneView::Team {
            team: named.shown.person(*id),
        },
        Alone::Service(id) => AloneView::Service {
            service: named.shown.person(*id),
        },
    }
}

fn at_hand(named: &Named<'_>, device: &DeviceAtHand) -> RadiusDevice {
    RadiusDevice {
        id: device.device.to_string(),
        name: named.device_name(device.device),
        system: named
            .device(device.device)
            .map(|device| device.platform.clone())
            .unwrap_or_default(),
        seen_at: device.seen_at.millis(),
        leases: names::number(device.leases),
        leased_until: device.leased_until.map(Timestamp::millis),
    }
}

fn waiting(waiting: &[Waiting]) -> WaitingCounts {
    let mut counts = WaitingCounts::default();
    for one in waiting {
        let count = match one {
            Waiting::Request(_) => &mut counts.requests,
            Waiting::Rotation(_) => &mut counts.rotations,
            Waiting::Approval(_) => &mut counts.approvals,
            Waiting::Proposal(_) => &mut counts.proposals,
            Waiting::Answer(_) => &mut counts.answers,
            Waiting::Review(_) => &mut counts.reviews,
        };
        *count = count.saturating_add(1);
    }
    counts
}
