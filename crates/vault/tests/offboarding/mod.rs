//! Offboarding by the use cases, through the real server: seen, rehearsed, done, followed device by device, undone; and the brake.

mod leaked;
mod leaving;
mod planned;

use crate::{
    organization::{id_of, make, place, sign_in},
    support::{Server, founded},
    until,
};
use claviger_testkit::peers::provider::{Person, Provider};
use claviger_vault::{
    Purpose, Vault,
    view::{
        giving::{GiveAccess, GiveConditions},
        offboarding::{
            cases::{CaseDraft, CaseStepState, CaseView},
            radius::{SuspectKind, SuspectRef},
        },
        places::EnvironmentClass,
        secret::SecretKind,
        state::SessionState,
        value::{SecretDraft, ValueInput},
    },
};
use std::path::Path;

const VALUE: &str = "sk_live_of_the_leaver";

async fn give(vault: &Vault, principal: &str, role: &str, place: &str) {
    let choices = vault.give_choices(place, None, None).await.unwrap();
    let role = choices
        .into_iter()
        .find(|choice| choice.name == role)
        .unwrap()
        .role;
    let give = GiveAccess {
        principal: principal.to_owned(),
        role,
        place: place.to_owned(),
        starts_at: None,
        ends_at: None,
        conditions: GiveConditions::default(),
    };
    let plan = vault.plan_access(&give).await.unwrap();
    vault
        .give_access(&give, &plan.grant, &plan.digest, "works on it")
        .await
        .unwrap();
}

fn person(id: &str) -> SuspectRef {
    SuspectRef {
        kind: SuspectKind::Person,
        id: id.to_owned(),
    }
}

fn text(text: &str) -> ValueInput {
    ValueInput::Text {
        text: text.to_owned(),
    }
}

/// An organization of olga, who owns it, with ben and cleo; ben can write in payments/production and made a secret there.
struct Company {
    _provider: Provider,
    folder: tempfile::TempDir,
    _server: Server,
    olga: Vault,
    ben: Vault,
    cleo: Vault,
    ben_id: String,
    cleo_id: String,
    secret: String,
}

impl Company {
    async fn found() -> Self {
        let people = ["olga", "ben", "cleo"].map(|name| Person::new(name, &[]));
        let (provider, folder, server) = founded(&people).await;
        let home: &Path = folder.path();
        let olga = sign_in(&server, home, "olga", Some(server.bootstrap_code())).await;
        let ben = sign_in(&server, home, "ben", None).await;
        let cleo = sign_in(&server, home, "cleo", None).await;
        make(&olga, "", "payments", None).await;
        let class = Some(EnvironmentClass::Production);
        make(&olga, "payments", "production", class).await;
        let production = place(&olga, "payments/production").await.id;
        let (ben_id, cleo_id) = (id_of(&olga, "ben").await, id_of(&olga, "cleo").await);
        give(&olga, &ben_id, "Editor", &production).await;
        give(&olga, &cleo_id, "Editor", &production).await;
        let team = olga.create_team("Payments").await.unwrap();
        olga.add_member(&team, &ben_id).await.unwrap();
        until("the right to make a secret", async || {
            let places = ben.places().await.unwrap().places;
            places.into_iter().find(|one| one.rights.create)
        })
        .await;
        let draft = SecretDraft {
            place: production,
            title: "Stripe".to_owned(),
            env_name: None,
            kind: SecretKind::ApiKey,
            tags: Vec::new(),
            note: None,
            value: text(VALUE),
        };
        let secret = ben.create_secret(draft).await.unwrap();
        let opened = ben.value(&secret, None, Purpose::Reveal).await.unwrap();
        assert_eq!(opened.value.expose(), VALUE.as_bytes());
        Self {
            _provider: provider,
            folder,
            _server: server,
            olga,
            ben,
            cleo,
            ben_id,
            cleo_id,
            secret,
        }
    }

    /// A draft as a rehearsal prepares it.
    async fn draft(&self, heir: Option<&str>) -> CaseDraft {
        let rehearsal = self.olga.rehearse_case(&self.ben_id, heir).await.unwrap();
        CaseDraft {
            case: rehearsal.case,
            person: self.ben_id.clone(),
            reason: "moves on".to_owned(),
            heir: heir.map(str::to_owned),
            teams: Vec::new(),
            start: None,
        }
    }
}

/// Waits until the page of whoever left shows that they are out, and says why.
async fn out(vault: &Vault) -> String {
    until("the end of the leaver's session", async || {
        match vault.state().session {
            SessionState::SignedOut { problem, .. } => problem.map(|problem| problem.code),
            _ => None,
        }
    })
    .await
}

fn all_steps_done(case: &CaseView) -> bool {
    !case.steps.is_empty() && case.steps.iter().all(|step| step.state == CaseStepState::Done)
}
