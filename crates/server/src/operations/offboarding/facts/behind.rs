//! What stays behind when a person leaves.

use super::Facts;
use crate::{
    entitlement::list::Listed,
    operations::{emergency::SEEN, requests::answerable},
};
use claviger_model::{
    blast::{Alone, BlastRadius, Waiting},
    ids::PrincipalId,
};
use claviger_storage::{StorageError, emergency::DrawsPage, requests::Asked};
use std::collections::BTreeSet;

/// Owned secrets of one statement.
const PAGE: u32 = 1_000;
/// The most requests and draws of others that are counted.
const MOST_WAITING: u32 = 1_000;

impl Facts<'_> {
    /// What waits for a person, and what nobody else answers for.
    pub(super) async fn person(
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
}
