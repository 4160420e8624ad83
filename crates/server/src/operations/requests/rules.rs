//! Approval by rule: at once, in the name of the rule's author, who must be able to give it now.

use super::terms::{Judge, favourable, until};
use crate::entitlement::Place;
use claviger_model::{
    action::Action,
    approval::{ApprovalRule, Approves, RequestSettings},
    principal::PrincipalState,
    time::Timestamp,
};
use claviger_storage::{Reader, StorageError, approvals::Terms, principals::Principal};
use std::time::Duration;

/// What a rule is asked to approve.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// Access, which begins at this moment.
    Access(Terms, Timestamp),
    /// A rotation.
    Rotation,
}

/// A rule that approves, with its author.
pub struct Approved {
    /// The rule.
    pub rule: ApprovalRule,
    /// Its author.
    pub author: Principal,
    /// The author's grants that give the right, for the log.
    pub policies: Vec<String>,
}

/// The rule that approves this, the nearest first. Where several people have to approve, no rule stands for them.
///
/// # Errors
/// When the tables cannot be read.
pub async fn approving(
    reader: &mut dyn Reader,
    judge: Judge<'_>,
    asker: &Principal,
    place: &Place,
    wanted: Wanted,
) -> Result<Option<Approved>, StorageError> {
    let settings = judge.settings(reader, place).await?;
    let steps = RequestSettings::steps_of(settings.iter().map(|(_, settings)| settings));
    if matches!(wanted, Wanted::Access(..)) && steps > 1 {
        return Ok(None);
    }
    let asking = judge
        .entitlements
        .subject(reader, judge.epoch, asker, &favourable(judge.now))
        .await?;
    for rule in settings.into_iter().flat_map(|(_, settings)| settings.rules) {
        let theirs = rule
            .teams
            .iter()
            .any(|team| asking.caller.membership(*team).is_some());
        if !theirs || !rule.is_for(place.resource.class) || !covers(&rule, wanted, judge.now) {
            continue;
        }
        if let Some((author, policies)) = vouched(reader, judge, &rule, asker, place, wanted).await? {
            return Ok(Some(Approved {
                rule,
                author,
                policies,
            }));
        }
    }
    Ok(None)
}

/// A rule's time counts from now: what prolongs access by rule would otherwise go on for ever.
fn covers(rule: &ApprovalRule, wanted: Wanted, now: Timestamp) -> bool {
    match (rule.approves, wanted) {
        (Approves::Rotation, Wanted::Rotation) => true,
        (Approves::Access { role, most_seconds }, Wanted::Access(terms, begin)) => {
            let most = now.plus(Duration::from_secs(most_seconds.into()));
            role == terms.role && until(terms, begin) <= most
        }
        _ => false,
    }
}

/// Whether the author could approve it by hand now, and is in none of the rule's teams.
async fn vouched(
    reader: &mut dyn Reader,
    judge: Judge<'_>,
    rule: &ApprovalRule,
    asker: &Principal,
    place: &Place,
    wanted: Wanted,
) -> Result<Option<(Principal, Vec<String>)>, StorageError> {
    let author = reader.principal(rule.author).await?;
    let Some(author) =
        author.filter(|author| author.state == PrincipalState::Active && author.id != asker.id)
    else {
        return Ok(None);
    };
    let circumstances = favourable(judge.now);
    let authoring = judge
        .entitlements
        .subject(reader, judge.epoch, &author, &circumstances)
        .await?;
    let profits = rule
        .teams
        .iter()
        .any(|team| authoring.caller.membership(*team).is_some());
    let answers = judge
        .allows(reader, &author, &circumstances, Action::RequestAnswer, place)
        .await?;
    if profits || !answers {
        return Ok(None);
    }
    let Wanted::Access(terms, begin) = wanted else {
        return Ok(Some((author, Vec::new())));
    };
    let may = judge
        .may_give(
            reader,
            (&author, &circumstances),
            asker,
            place,
            terms.role,
            until(terms, begin),
        )
        .await?;
    let policies = |may: claviger_policy::assign::MayAssign| may.by.iter().map(ToString::to_string).collect();
    Ok(may.ok().map(|may| (author, policies(may))))
}
