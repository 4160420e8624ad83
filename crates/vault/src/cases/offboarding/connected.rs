//! Accounts in connected systems: those that are there, those that a case takes away, and one that an Owner lets be.

use super::shown::Named;
use crate::{
    Vault,
    cases::{input, names},
    view::{
        offboarding::{
            cases::{CaseView, CaseVoice},
            connected::{
                AccountStands, CaseAccountView, CaseSystemView, ConnectedKind, FoundAccount, FoundSystemView,
                FoundTeams,
            },
        },
        problem::Problem,
    },
};
use claviger_model::{
    connected::{
        AcceptedAs, Account, AccountState, AskedState, Place, PlaceKind, Presence, SystemKind, SystemName,
        Trying,
    },
    ids::CaseId,
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::{
        cases::CaseRecord,
        connected::{AcceptConnected, CaseAccountRecord, CaseSystemRecord, FoundSystem, TeamsTold},
    },
    route,
};

impl Vault {
    /// Accepts, with a reason, that an account stays as it is, or that a system is not asked; for Owners.
    ///
    /// # Errors
    /// When this person is none, it is settled by now, or the reason cannot stand.
    pub async fn accept_connected(
        &self,
        case: &str,
        system: &str,
        account: Option<&str>,
        reason: &str,
    ) -> Result<CaseView, Problem> {
        let id: CaseId = names::id(case)?;
        let call = AcceptConnected {
            system: SystemName::parse(system).map_err(|_| names::not_found())?,
            account: account.map(names::id).transpose()?,
            reason: input::words(reason)?,
        };
        let record: CaseRecord = self.inner.call(route::ACCEPT_CONNECTED, &[&id], &call).await?;
        self.inner.hint_sync();
        self.shown_case(&record).await
    }
}

/// What a system says now.
pub(super) fn found(system: &FoundSystem) -> FoundSystemView {
    let accounts = system.accounts.iter().map(|account| FoundAccount {
        name: account.name.to_string(),
        places: places(account, |place| place.kind != PlaceKind::Team),
        teams: teams(system, account),
        ambiguous: system.ambiguous.contains(&account.name),
    });
    FoundSystemView {
        system: system.system.to_string(),
        kind: kind(system.kind),
        accounts: accounts.collect(),
        said: system.said.as_deref().map(words),
    }
}

/// What it says of an account's teams.
fn teams(system: &FoundSystem, account: &Account) -> Option<FoundTeams> {
    let told = system.teams.iter().find(|one| one.account == account.name)?;
    Some(match &told.teams {
        TeamsTold::In(all) => {
            let teams = account
                .places
                .iter()
                .filter(|place| place.kind == PlaceKind::Team);
            let named: Vec<String> = teams.filter_map(|place| place.name.clone()).collect();
            let more = all.saturating_sub(u32::try_from(named.len()).unwrap_or(u32::MAX));
            FoundTeams::Told { named, more }
        }
        TeamsTold::Untold(code) => FoundTeams::Untold { said: words(code) },
    })
}

/// A system of a case.
pub(super) fn system(named: &Named<'_>, record: &CaseSystemRecord) -> CaseSystemView {
    let open = record.state == AskedState::Open;
    let (said, since, next_at) = failing(&record.trying, open);
    CaseSystemView {
        system: record.system.to_string(),
        kind: kind(record.kind),
        asked_at: record.asked_at.map(Timestamp::millis),
        said,
        since,
        next_at,
        accepted: record.accepted.as_ref().map(|accepted| voice(named, accepted)),
        accounts: record.accounts.iter().map(|one| account(named, one)).collect(),
    }
}

fn account(named: &Named<'_>, record: &CaseAccountRecord) -> CaseAccountView {
    let (said, since, next_at) = failing(&record.trying, !record.state.is_settled());
    CaseAccountView {
        id: record.id.to_string(),
        name: record.account.name.to_string(),
        places: places(&record.account, |_| true),
        stands: match (record.state, record.left) {
            (AccountState::Found, _) => AccountStands::Found,
            (AccountState::Disabled, _) => AccountStands::Disabled,
            (AccountState::Removed, _) => AccountStands::Removed,
            (AccountState::Verified, Some(Presence::Gone)) => AccountStands::Gone,
            (AccountState::Verified, _) => AccountStands::Kept,
            (AccountState::Accepted, _) => AccountStands::Accepted,
        },
        kept: record.kept.as_deref().map(words),
        said,
        since,
        next_at,
        found_at: record.found_at.millis(),
        disabled_at: record.disabled_at.map(Timestamp::millis),
        removed_at: record.removed_at.map(Timestamp::millis),
        verified_at: record.verified_at.map(Timestamp::millis),
        accepted: record.accepted.as_ref().map(|accepted| voice(named, accepted)),
    }
}

/// Why, since when, and when again: nothing of it once it is settled.
fn failing(trying: &Trying, open: bool) -> (Option<String>, Option<i64>, Option<i64>) {
    if !open {
        return (None, None, None);
    }
    (
        trying.said.as_deref().map(words),
        trying.since.map(Timestamp::millis),
        Some(trying.next_at.millis()),
    )
}

fn voice(named: &Named<'_>, accepted: &AcceptedAs) -> CaseVoice {
    CaseVoice {
        by: Some(named.shown.person(accepted.by)),
        at: accepted.at.millis(),
        reason: Some(accepted.reason.clone()),
    }
}

const fn kind(kind: SystemKind) -> ConnectedKind {
    match kind {
        SystemKind::Postgresql => ConnectedKind::Postgresql,
        SystemKind::Github => ConnectedKind::Github,
    }
}

/// Where it is, of the places that are wanted; one that the configuration names and that is not there is nowhere.
fn places(account: &Account, wanted: fn(&Place) -> bool) -> Vec<String> {
    if account.places.is_empty() {
        return vec!["Listed, and not there".to_owned()];
    }
    let wanted = account.places.iter().filter(|place| wanted(place));
    wanted.map(place).collect()
}

fn place(place: &Place) -> String {
    let kind = match place.kind {
        PlaceKind::Login => "Login",
        PlaceKind::Superuser => "Superuser",
        PlaceKind::Member => "Member",
        PlaceKind::Team => "Team",
        PlaceKind::Collaborator => "Outside collaborator",
        PlaceKind::Invitation => "Invited",
    };
    match &place.name {
        Some(name) => format!("{kind} {name}"),
        None => kind.to_owned(),
    }
}

/// Words for a stable code of a connector; one of a newer server is named as it is.
fn words(code: &str) -> String {
    match code {
        "unreachable" => "It cannot be reached",
        "timed-out" => "It did not answer in time",
        "credentials" => "The server's password or token for it is missing or refused",
        "not-permitted" => "The server may not do this there",
        "rate-limited" => "It wants fewer calls",
        "protected" => "It is what the server itself works by there",
        "in-use" => "Something there still depends on it",
        "owns-things" => "It owns things, and nobody is named to whom they go",
        "ambiguous" => {
            "By the rules it would be somebody else's, too: give it to one of them, or accept that it stays"
        }
        "came-back" => "They came back, so it stays until an Owner accepts that or they leave again",
        "cut-short" => {
            "They came back while it was being taken away, and part of that had been done: what is left stays until an Owner accepts it or they leave again"
        }
        "another-account" => "Its name belongs to another account by now: an Owner has to look whose that is",
        "invitation-gone" => "The invitation is gone, and nobody here took it back: somebody may have accepted it under another name",
        "enterprise-team" => "A team of the enterprise lets them in: it has to be taken from them there",
        "not-there" => "The configuration names it, and it is not there: it may be called otherwise by now",
        "changing" => "It changes faster than it can be read",
        "nothing-known" => {
            "Nobody was asked: nothing is known of them by which an account of theirs would be found"
        }
        "still-there" => "It was taken away and is there again",
        "too-many" => "There is more than is looked through",
        "unexpected" => "Its answer is not understood",
        "not-configured" => "The server's configuration does not name it any more",
        other => return format!("It failed (`{other}`)"),
    }
    .to_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::connected::AccountName;
    use claviger_protocol::offboarding::connected::TeamsOf;

    #[test]
    fn an_unknown_code_is_named() {
        assert!(words("from-the-future").contains("from-the-future"));
        assert!(!words("unreachable").contains('`'));
    }

    #[test]
    fn an_account_that_is_nowhere_is_said_to_be_so() {
        let account = Account {
            name: AccountName::parse("ada").unwrap(),
            key: None,
            places: Vec::new(),
        };
        assert_eq!(places(&account, |_| true), ["Listed, and not there"]);
    }

    #[test]
    fn teams_are_named_counted_or_said_not_to_be_told() {
        let place = |kind, name: Option<&str>| Place {
            kind,
            name: name.map(str::to_owned),
        };
        let account = Account {
            name: AccountName::parse("ada").unwrap(),
            key: Some(7),
            places: vec![
                place(PlaceKind::Member, None),
                place(PlaceKind::Team, Some("core")),
                place(PlaceKind::Team, Some("web")),
            ],
        };
        let shown = |teams: Option<TeamsTold>| {
            let mut system = FoundSystem {
                system: SystemName::parse("code").unwrap(),
                kind: SystemKind::Github,
                accounts: vec![account.clone()],
                ambiguous: Vec::new(),
                teams: Vec::new(),
                said: None,
            };
            system.teams.extend(teams.map(|teams| TeamsOf {
                account: account.name.clone(),
                teams,
            }));
            let found = found(&system).accounts.pop().unwrap();
            assert_eq!(found.places, ["Member"]);
            found.teams
        };
        let told = |more| FoundTeams::Told {
            named: vec!["core".to_owned(), "web".to_owned()],
            more,
        };
        assert_eq!(shown(Some(TeamsTold::In(2))), Some(told(0)));
        assert_eq!(shown(Some(TeamsTold::In(150))), Some(told(148)));
        let untold = shown(Some(TeamsTold::Untold("timed-out".to_owned())));
        assert_eq!(
            untold,
            Some(FoundTeams::Untold {
                said: "It did not answer in time".to_owned()
            })
        );
        assert_eq!(shown(None), None);
    }
}
