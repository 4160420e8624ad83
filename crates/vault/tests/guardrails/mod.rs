//! Guardrails by the use cases alone: written, simulated, applied and felt on another device; two owners for what is built in.
#![expect(clippy::indexing_slicing, reason = "tests")]

use super::{
    organization::{id_of, make, place, sign_in},
    support::founded,
    until,
};
use claviger_testkit::peers::provider::Person;
use claviger_vault::{
    Purpose, Vault,
    view::{
        giving::{GiveAccess, GiveConditions},
        guardrails::{GuardrailEdit, GuardrailView, GuardrailWish},
        places::EnvironmentClass,
        role::{ChangeOutcome, GuardrailBecomes, ProposalChange},
        secret::{SecretKind, SecretView},
        value::{SecretDraft, ValueInput},
    },
};

const TEXT: &str =
    r#"forbid (principal, action in Action::"read", resource) when { resource.class == "production" };"#;

async fn give(from: &Vault, to: &str, role: &str, path: &str) {
    let (place, principal) = (place(from, path).await.id, id_of(from, to).await);
    let choices = from.give_choices(&place, Some(&principal), None).await.unwrap();
    let role = choices
        .into_iter()
        .find(|choice| choice.name == role)
        .unwrap()
        .role;
    let give = GiveAccess {
        principal,
        role,
        place,
        starts_at: None,
        ends_at: None,
        conditions: GiveConditions::default(),
    };
    let plan = from.plan_access(&give).await.unwrap();
    from.give_access(&give, &plan.grant, &plan.digest, "for the work")
        .await
        .unwrap();
}

fn put(text: &str) -> GuardrailEdit {
    GuardrailEdit {
        id: None,
        replaces: None,
        wish: GuardrailWish::Put {
            name: "No production".to_owned(),
            text: text.to_owned(),
            enabled: true,
        },
    }
}

fn of(guardrail: &GuardrailView, wish: GuardrailWish) -> GuardrailEdit {
    GuardrailEdit {
        id: Some(guardrail.id.clone()),
        replaces: Some(guardrail.digest.clone()),
        wish,
    }
}

async fn called(vault: &Vault, name: &str) -> GuardrailView {
    let all = vault.guardrails().await.unwrap();
    all.into_iter().find(|guardrail| guardrail.name == name).unwrap()
}

async fn change(vault: &Vault, edit: &GuardrailEdit, propose: bool) -> Result<ChangeOutcome, String> {
    let plan = vault.plan_guardrail(edit, 0).await.unwrap();
    let planned = GuardrailEdit {
        id: Some(plan.id),
        ..edit.clone()
    };
    let changed = vault
        .change_guardrail(&planned, &plan.digest, "the auditors want it", propose)
        .await;
    changed.map_err(|problem| problem.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardrail_is_written_simulated_applied_and_felt() {
    let people = ["olga", "otto", "ben"].map(|name| Person::new(name, &[]));
    let (_provider, folder, server) = founded(&people).await;
    let olga = sign_in(&server, folder.path(), "olga", Some(server.bootstrap_code())).await;
    let ben = sign_in(&server, folder.path(), "ben", None).await;
    let otto = sign_in(&server, folder.path(), "otto", None).await;
    make(&olga, "", "payments", None).await;
    make(&olga, "payments", "live", Some(EnvironmentClass::Production)).await;
    give(&olga, "ben", "Editor", "payments").await;
    give(&olga, "otto", "Owner", "").await;
    assert_eq!(ben.guardrails().await.unwrap_err().code, "forbidden");

    let place = until("the place", async || {
        let places = ben.places().await.unwrap().places;
        let found = places
            .into_iter()
            .find(|one| one.path == "payments/live" && one.rights.create);
        found.map(|place| place.id)
    })
    .await;
    let draft = SecretDraft {
        place,
        title: "Stripe".to_owned(),
        env_name: None,
        kind: SecretKind::ApiKey,
        tags: Vec::new(),
        note: None,
        value: ValueInput::Text {
            text: "sk_live".to_owned(),
        },
    };
    let secret = ben.create_secret(draft).await.unwrap();
    let read = async || ben.value(&secret, None, Purpose::Reveal).await.map(drop);
    until("the value can be read", async || read().await.ok()).await;

    // As somebody types.
    let language = olga.guardrail_language().await.unwrap();
    assert!(
        language
            .named
            .iter()
            .any(|one| one.name == "payments/live" && one.written.starts_with("Scope::"))
    );
    let wrong = olga.check_guardrail("forbid (principal, action").await.unwrap();
    assert!(!wrong.usable && !wrong.problems.is_empty());
    assert!(olga.check_guardrail(TEXT).await.unwrap().usable);
    let permits = put("permit (principal, action, resource);");
    assert!(olga.plan_guardrail(&permits, 0).await.is_err());

    let plan = olga.plan_guardrail(&put(TEXT), 0).await.unwrap();
    let loser = plan
        .people
        .iter()
        .find(|person| person.who.name == "ben")
        .unwrap();
    let at = loser.places.iter().find(|at| at.path == "payments/live").unwrap();
    assert_eq!(at.lost, ["use values", "reveal and copy values"]);
    assert_eq!((plan.totals.gained, plan.second_owner), (0, false));
    let past = olga.guardrail_past(TEXT, 0).await.unwrap();
    assert!(past.certainly >= 1 && past.perhaps == 0);
    assert_eq!(
        (past.rows[0].who.name.as_str(), past.rows[0].path.as_str()),
        ("ben", "payments/live")
    );

    assert_eq!(change(&olga, &put(TEXT), false).await, Ok(ChangeOutcome::Made));
    assert_eq!(read().await.unwrap_err().code, "forbidden");
    until("what the page offers", async || {
        match ben.secret(&secret).await.ok()? {
            SecretView::Full(secret) => (!secret.rights.reveal).then_some(()),
            SecretView::KnownOnly(_) => None,
        }
    })
    .await;
    let own = called(&olga, "No production").await;
    assert_eq!((own.changed_by.as_deref(), own.enabled), (Some("olga"), true));
    let off = of(&own, GuardrailWish::Switch { enabled: false });
    assert_eq!(change(&olga, &off, false).await, Ok(ChangeOutcome::Made));
    until("the value can be read again", async || read().await.ok()).await;

    // What is built in, two owners switch off.
    let builtin = called(&olga, "Production needs multi-factor sign-in").await;
    let off = of(&builtin, GuardrailWish::Switch { enabled: false });
    assert!(olga.plan_guardrail(&off, 0).await.unwrap().second_owner);
    assert_eq!(
        change(&olga, &off, false).await,
        Err("secondOwnerNeeded".to_owned())
    );
    assert_eq!(change(&olga, &off, true).await, Ok(ChangeOutcome::Proposed));
    let waiting = until("the other owner sees it", async || {
        otto.proposals().await.ok()?.into_iter().next()
    })
    .await;
    assert!(matches!(
        &waiting.change,
        ProposalChange::Guardrail { name, becomes: GuardrailBecomes::Off, text: None } if *name == builtin.name
    ));
    assert_eq!(
        olga.approve_proposal(&waiting.id, &waiting.digest)
            .await
            .unwrap_err()
            .code,
        "forbidden",
        "nobody approves their own"
    );
    otto.approve_proposal(&waiting.id, &waiting.digest).await.unwrap();
    assert!(!called(&olga, &builtin.name).await.enabled);
}
