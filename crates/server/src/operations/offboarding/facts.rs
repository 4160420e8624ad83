//! The facts of a blast radius, read in a few statements for all of it.

use super::classes::classes;
use crate::{
    entitlement::{
        Entitlements, Epoch, Subject,
        best::{favourable, fulfilled},
        list::{Listed, list},
    },
    operations::{emergency::SEEN, requests::answerable},
};
use claviger_model::{
    action::Action,
    blast::{
        Alone, BlastRadius, DeviceAtHand, Drawable, KeyAtHand, Known, Reached, SessionAtHand, Standing,
        Suspect, Through, Waiting, known,
    },
    grant::Grant,
    ids::{DeviceId, PrincipalId, ScopeId, SecretId, SessionId},
    principal::{PrincipalKind, PrincipalState},
    time::Timestamp,
};
use claviger_policy::engine::PolicyEngine;
use claviger_storage::{
    Reader, StorageError,
    emergency::DrawsPage,
    holdings::Held,
    principals::Principal,
    requests::Asked,
    services::ServiceKey,
    sessions::{Device, DeviceState, Session, SessionState},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Owned secrets of one statement.
const PAGE: u32 = 1_000;
/// The most requests and draws of others that are counted.
const MOST_WAITING: u32 = 1_000;
/// The actions by which a value is learned or replaced.
const VALUES: [Action; 3] = [Action::SecretUse, Action::SecretReveal, Action::SecretWrite];

/// One state of the tables.
pub struct Facts<'a> {
    /// The tables.
    pub reader: &'a mut dyn Reader,
    /// Which of their states.
    pub epoch: Epoch,
    /// Decides.
    pub entitlements: &'a Entitlements,
    /// When.
    pub now: Timestamp,
}

impl Facts<'_> {
    /// The blast radius; none when there is no such person or thing.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn radius(&mut self, of: Suspect) -> Result<Option<BlastRadius>, StorageError> {
        match of {
            Suspect::Person(id) => self.principal(of, id, PrincipalKind::Person).await,
            Suspect::Service(id) => self.principal(of, id, PrincipalKind::Service).await,
            Suspect::Device(id) => self.device(of, id).await,
            Suspect::Session(id) => self.session(of, id).await,
            Suspect::Secret(id) => self.secret(of, id).await,
        }
    }

    async fn principal(
        &mut self,
        of: Suspect,
        id: PrincipalId,
        kind: PrincipalKind,
    ) -> Result<Option<BlastRadius>, StorageError> {
        let Some(row) = self.reader.principal(id).await?.filter(|row| row.kind() == kind) else {
            return Ok(None);
        };
        let mut radius = BlastRadius::nothing(of);
        let listed = self.reach(&mut radius, row).await?;
        let held = self.reader.held_by(id).await?;
        radius.known = self.known(held).await?;
        for session in self.reader.sessions_of(id).await? {
            radius.sessions.extend(self.at_hand(&session));
        }
        for device in self.reader.devices_of(id).await? {
            let found = self.device_at_hand(&device).await?;
            radius.devices.extend(found);
        }
        let keys = match kind {
            PrincipalKind::Service => self.reader.keys_of(&[id]).await?,
            _ => self.reader.live_keys_made_by(id, self.now).await?,
        };
        radius.keys = keys
            .iter()
            .filter(|key| key.is_live(self.now))
            .map(key_at_hand)
            .collect();
        radius.keys.sort_by_key(|key| key.key);
        if kind == PrincipalKind::Person {
            self.person(&mut radius, id, &listed).await?;
        }
        Ok(Some(radius))
    }

    /// The values that a principal holds and that are current, the riskiest first.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn known_by(&mut self, principal: PrincipalId) -> Result<Vec<Known>, StorageError> {
        let held = self.reader.held_by(principal).await?;
        self.known(held).await
    }

    /// The current value of a secret, if a principal holds it.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn known_of(
        &mut self,
        secret: SecretId,
        principal: PrincipalId,
    ) -> Result<Option<Known>, StorageError> {
        let mut held = self.reader.value_held_of(secret).await?;
        held.holdings
            .retain(|(_, holding)| holding.principal == principal);
        Ok(self.known(held).await?.pop())
    }

    async fn device(&mut self, of: Suspect, id: DeviceId) -> Result<Option<BlastRadius>, StorageError> {
        let Some(device) = self.reader.device(id).await? else {
            return Ok(None);
        };
        let mut radius = BlastRadius::nothing(of);
        let sessions = self.reader.sessions_of(device.principal).await?;
        radius.sessions = sessions
            .iter()
            .filter(|session| session.device == id)
            .filter_map(|session| self.at_hand(session))
            .collect();
        // A device acts for its person, as long as one of its sessions lives.
        if device.state == DeviceState::Active && !radius.sessions.is_empty() {
            self.reach_of(&mut radius, device.principal).await?;
        }
        let held = self.reader.held_on(id, Timestamp::from_millis(0)).await?;
        radius.known = self.known(held).await?;
        radius.devices.extend(self.device_at_hand(&device).await?);
        Ok(Some(radius))
    }

    async fn session(&mut self, of: Suspect, id: SessionId) -> Result<Option<BlastRadius>, StorageError> {
        let Some(session) = self.reader.session(id).await? else {
            return Ok(None);
        };
        let mut radius = BlastRadius::nothing(of);
        radius.sessions.extend(self.at_hand(&session));
        if !radius.sessions.is_empty() {
            self.reach_of(&mut radius, session.principal).await?;
        }
        // A device has one session at a time. What came before this one and again after it may be counted too.
        let mut held = self.reader.held_on(session.device, session.created_at).await?;
        let until = session.ended_at.unwrap_or(self.now);
        held.holdings.retain(|(_, holding)| holding.first_at <= until);
        radius.known = self.known(held).await?;
        if let Some(device) = self.reader.device(session.device).await? {
            radius.devices.extend(self.device_at_hand(&device).await?);
        }
        Ok(Some(radius))
    }

    async fn secret(&mut self, of: Suspect, id: SecretId) -> Result<Option<BlastRadius>, StorageError> {
        let Some(secret) = self.reader.secret(id).await? else {
            return Ok(None);
        };
        let mut radius = BlastRadius::nothing(of);
        // What is in the bin is given to nobody.
        if secret.deleted_at.is_none() {
            radius.reachers = self.reachers(secret.scope).await?;
        }
        let held = self.reader.value_held_of(id).await?;
        radius.known = self.known(held).await?;
        Ok(Some(radius))
    }

    async fn reach_of(&mut self, radius: &mut BlastRadius, id: PrincipalId) -> Result<(), StorageError> {
        match self.reader.principal(id).await? {
            Some(row) => self.reach(radius, row).await.map(drop),
            None => Ok(()),
        }
    }

    /// What can be reached now and through what, by somebody as well signed in as can be. Whoever is suspended is looked at as
    /// if they were not: what is asked is what comes back with them.
    async fn reach(&mut self, radius: &mut BlastRadius, mut row: Principal) -> Result<Listed, StorageError> {
        if row.state == PrincipalState::Suspended {
            row.state = PrincipalState::Active;
        }
        let circumstances = favourable(self.now);
        let engine = self.entitlements.engine(self.reader, self.epoch).await?;
        let closure = self.reader.team_closure(row.id).await?;
        let grants = self.reader.scope_index(&closure, self.now).await?;
        let subject = Subject {
            caller: crate::entitlement::caller(&row, &closure),
            grants: Arc::new(grants.iter().map(fulfilled).collect()),
        };
        let listed = list(self.reader, &engine, Arc::new(subject), &circumstances).await?;
        radius.grants = grants.iter().map(|grant| through(&row, grant)).collect();
        radius.grants.sort_by_key(|through| through.grant);
        radius.reach = self.places(&engine, &listed).await?;
        if row.kind() == PrincipalKind::Person {
            radius.emergency = self
                .reader
                .emergency_rights_of(row.id, self.now)
                .await?
                .into_iter()
                .map(|right| Drawable {
                    right: right.id,
                    role: right.role,
                    scope: right.scope,
                    ends_at: right.ends_at,
                })
                .collect();
        }
        Ok(listed)
    }

    /// The places with secrets whose values are reached.
    async fn places(&mut self, engine: &PolicyEngine, listed: &Listed) -> Result<Vec<Reached>, StorageError> {
        let values = |actions: &BTreeSet<Action>| -> BTreeSet<Action> {
            VALUES
                .into_iter()
                .filter(|action| actions.contains(action))
                .collect()
        };
        let mut actions: BTreeMap<ScopeId, BTreeSet<Action>> = listed
            .rights
            .scopes
            .iter()
            .map(|(scope, rights)| (*scope, values(&rights.actions)))
            .filter(|(_, actions)| !actions.is_empty())
            .collect();
        let scopes: Vec<_> = actions.keys().copied().collect();
        if scopes.is_empty() {
            return Ok(Vec::new());
        }
        let parents: BTreeMap<_, _> = listed
            .scopes
            .iter()
            .map(|scope| (scope.id, scope.parent))
            .collect();
        let mut given: BTreeMap<ScopeId, Vec<&Grant>> = BTreeMap::new();
        for grant in listed.subject.grants.iter() {
            let role = engine.role(grant.role);
            if role.is_some_and(|role| VALUES.iter().any(|action| role.allows(*action))) {
                given.entry(grant.scope).or_default().push(grant);
            }
        }
        let mut places: Vec<_> = self
            .reader
            .count_secrets(&scopes)
            .await?
            .into_iter()
            .filter_map(|(scope, secrets)| {
                let mut through = Vec::new();
                let mut at = Some(scope);
                while let Some(here) = at {
                    let here_given = given.get(&here).into_iter().flatten();
                    through.extend(here_given.map(|grant| grant.id));
                    at = parents.get(&here).copied().flatten();
                }
                through.sort_unstable();
                Some(Reached {
                    scope,
                    secrets,
                    actions: actions.remove(&scope)?,
                    through,
                })
            })
            .collect();
        places.sort_by_key(|reached| reached.scope);
        Ok(places)
    }

    /// What waits for a person, and what nobody else answers for.
    async fn person(
        &mut self,
        radius: &mut BlastRadius,
        id: PrincipalId,
        listed: &Listed,
    ) -> Result<(), StorageError> {
        self.waits_for(radius, id, listed).await?;
        for request in self.reader.open_requests_by(id).await? {
            radius.waiting.push(match request.asked {
                Asked::Rotation { .. } => Waiting::Rotation(request.id),
                Asked::Access { .. } => Waiting::Request(request.id),
            });
        }
        let approvals = self.reader.open_approvals_by(id).await?;
        radius
            .waiting
            .extend(approvals.into_iter().map(Waiting::Approval));
        let proposals = self.reader.open_proposals_by(id).await?;
        radius
            .waiting
            .extend(proposals.into_iter().map(Waiting::Proposal));
        let mut after = None;
        loop {
            let page = self.reader.secrets_owned_by(id, after, PAGE).await?;
            after = page.last().map(|secret| secret.id);
            let full = page.len() >= PAGE as usize;
            // What is in the bin stays as it is.
            let living = page.iter().filter(|secret| secret.deleted_at.is_none());
            radius.alone.extend(living.map(|secret| Alone::Secret(secret.id)));
            if !full {
                break;
            }
        }
        let teams = self.reader.teams_alone(id).await?;
        if !teams.is_empty() {
            let services = self.reader.services_of_teams(&teams).await?;
            radius.alone.extend(teams.into_iter().map(Alone::Team));
            radius.alone.extend(services.into_iter().map(Alone::Service));
        }
        Ok(())
    }

    /// What others asked for or drew and this person may answer or review.
    async fn waits_for(
        &mut self,
        radius: &mut BlastRadius,
        id: PrincipalId,
        listed: &Listed,
    ) -> Result<(), StorageError> {
        let scopes = answerable(listed);
        if !scopes.is_empty() {
            let open = self.reader.open_requests_in(&scopes, MOST_WAITING).await?;
            let others = open.into_iter().filter(|request| request.asked_by != id);
            radius
                .waiting
                .extend(others.map(|request| Waiting::Answer(request.id)));
        }
        let scopes: BTreeSet<_> = SEEN
            .iter()
            .flat_map(|action| listed.scopes_with(*action))
            .collect();
        let draws = self
            .reader
            .emergency_draws(DrawsPage {
                principal: id,
                scopes: &scopes.into_iter().collect::<Vec<_>>(),
                now: self.now,
                since: self.now,
                after: None,
                limit: MOST_WAITING,
            })
            .await?;
        let over = draws
            .into_iter()
            .filter(|draw| draw.principal != id && draw.review.is_none())
            .filter(|draw| draw.closed_at.is_some() || draw.ends_at <= self.now);
        radius.waiting.extend(over.map(|draw| Waiting::Review(draw.id)));
        Ok(())
    }

    /// Puts what is held together with what is known of the secrets.
    async fn known(&mut self, held: Held) -> Result<Vec<Known>, StorageError> {
        if held.holdings.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = held.current.iter().map(|current| current.secret).collect();
        let secrets = self.reader.secrets(&ids).await?;
        let scopes: BTreeSet<_> = secrets.iter().map(|secret| secret.scope).collect();
        let classes = classes(self.reader, &scopes.into_iter().collect::<Vec<_>>()).await?;
        let standing = secrets
            .into_iter()
            .filter_map(|secret| {
                let standing = Standing {
                    scope: secret.scope,
                    class: *classes.get(&secret.scope)?,
                    kind: secret.description.kind,
                    owner: secret.description.owner,
                    since: secret.changed_at,
                    in_bin: secret.deleted_at.is_some(),
                };
                Some((secret.id, standing))
            })
            .collect();
        Ok(known(&held.current, held.holdings, &standing))
    }

    fn at_hand(&self, session: &Session) -> Option<SessionAtHand> {
        let lives = session.state != SessionState::Ended && session.ends_at > self.now;
        lives.then_some(SessionAtHand {
            session: session.id,
            device: session.device,
            created_at: session.created_at,
            ends_at: session.ends_at,
        })
    }

    async fn device_at_hand(&mut self, device: &Device) -> Result<Option<DeviceAtHand>, StorageError> {
        if device.state == DeviceState::Ended {
            return Ok(None);
        }
        let (leases, leased_until) = self.reader.leases_at_hand(device.id, self.now).await?;
        Ok(Some(DeviceAtHand {
            device: device.id,
            seen_at: device.seen_at,
            leases,
            leased_until,
        }))
    }
}

pub(super) fn through(of: &Principal, grant: &Grant) -> Through {
    Through {
        grant: grant.id,
        role: grant.role,
        scope: grant.scope,
        team: (grant.principal != of.id).then_some(grant.principal),
        not_before: grant.not_before,
        expires_at: grant.expires_at,
    }
}

fn key_at_hand(key: &ServiceKey) -> KeyAtHand {
    KeyAtHand {
        key: key.id,
        service: key.service,
        ends_at: key.ends_at,
        last_used_at: key.last_used_at,
    }
}
