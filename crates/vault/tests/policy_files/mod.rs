//! Policies as files by the use cases alone: exported, compared, and delegated to a service identity by two owners.
#![expect(clippy::indexing_slicing, reason = "tests")]

use super::{
    organization::{id_of, make, place, sign_in},
    support::founded,
    until,
};
use claviger_model::builtin_roles::READER;
use claviger_protocol::policy_files::{Differs, Since};
use claviger_testkit::peers::provider::Person;
use claviger_vault::{
    Vault,
    view::{
        giving::{GiveAccess, GiveConditions},
        places::EnvironmentClass,
        policy_files::{PolicyDelegationDraft, PolicyDiffers, PolicyKind},
        role::{ChangeOutcome, ProposalChange},
        services::{ServiceDraft, ServiceKind},
    },
};
use std::{fs, path::Path};

#[tokio::test(flavor = "multi_thread")]
async fn files_are_delegated_by_two_owners_and_drift_is_seen() {
    let people = ["olga", "otto", "ben"].map(|name| Person::new(name, &[]));
    let (_provider, folder, server) = founded(&people).await;
    let olga = sign_in(&server, folder.path(), "olga", Some(server.bootstrap_code())).await;
    let ben = sign_in(&server, folder.path(), "ben", None).await;
    let otto = sign_in(&server, folder.path(), "otto", None).await;
    make(&olga, "", "payments", None).await;
    let give = async |to: &str, role: &str, path: &str| {
        let (place, principal) = (place(&olga, path).await.id, id_of(&olga, to).await);
        let choices = olga.give_choices(&place, Some(&principal), None).await.unwrap();
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
        let plan = olga.plan_access(&give).await.unwrap();
        olga.give_access(&give, &plan.grant, &plan.digest, "for the work")
            .await
            .unwrap();
    };
    give("otto", "Owner", "").await;
    assert_eq!(ben.policy_files().await.unwrap_err().code, "forbidden");
    let files = olga.policy_files().await.unwrap();
    assert!(files.iter().any(|file| file.path == "roles.toml"));
    assert!(
        olga.plan_policy_files(files.clone())
            .await
            .unwrap()
            .changes
            .is_empty()
    );
    give("ben", "Reader", "payments").await;
    let drift = olga.plan_policy_files(files).await.unwrap().changes;
    assert_eq!(drift.len(), 1);
    assert_eq!(
        (drift[0].differs, drift[0].since, drift[0].left),
        (Differs::OnlyInOrganization, Since::NeverApplied, true)
    );

    let team = olga.create_team("Keepers").await.unwrap();
    let home = place(&olga, "payments").await.id;
    let draft = ServiceDraft {
        name: "policy-deploy".to_owned(),
        kind: ServiceKind::CiJob,
        class: EnvironmentClass::Development,
        owner: team,
        home: home.clone(),
    };
    let service = olga.create_service(&draft).await.unwrap();
    let draft = PolicyDelegationDraft {
        service: service.id.clone(),
        place: home.clone(),
        may_grant: vec![READER.to_string()],
        roles: false,
        guardrails: false,
        ends_at: now_in_millis() + 30 * 24 * 3_600_000,
    };
    let proposed = olga
        .delegate_policy_files(&draft, "reviewed in the repository")
        .await
        .unwrap();
    assert_eq!(proposed, ChangeOutcome::Proposed);
    assert!(olga.policy_delegations().await.unwrap().is_empty());
    let waiting = until("the other owner sees it", async || {
        otto.proposals().await.ok()?.into_iter().next()
    })
    .await;
    let ProposalChange::Delegation {
        service,
        path,
        may_grant,
        roles,
        guardrails,
        ..
    } = &waiting.change
    else {
        panic!("{:?}", waiting.change);
    };
    assert_eq!((service.as_str(), path.as_str()), ("policy-deploy", "payments"));
    assert_eq!(
        (may_grant.as_slice(), *roles, *guardrails),
        (&["Reader".to_owned()][..], false, false)
    );
    otto.approve_proposal(&waiting.id, &waiting.digest).await.unwrap();
    let living = olga.policy_delegations().await.unwrap();
    assert_eq!(living.len(), 1);
    let one = &living[0];
    assert_eq!(
        (
            one.service.name.as_str(),
            one.path.as_str(),
            one.may_grant.as_slice()
        ),
        ("policy-deploy", "payments", &["Reader".to_owned()][..])
    );
    assert_eq!(
        (
            one.made_by.name.as_str(),
            one.approved_by.name.as_str(),
            one.ends_at
        ),
        ("olga", "otto", draft.ends_at)
    );

    in_a_folder(&olga, &folder.path().join("policy")).await;
}

/// Written, compared, edited by hand, and compared again.
async fn in_a_folder(olga: &Vault, folder: &Path) {
    fs::create_dir(folder).unwrap();
    let empty = olga.compare_policy_folder(folder).await.unwrap_err();
    assert_eq!(empty.code, "noPolicyFiles");
    let written = olga.export_policy_folder(folder).await.unwrap();
    let same = olga.compare_policy_folder(folder).await.unwrap();
    assert_eq!((same.files, same.changes.len()), (written.files, 0));
    assert_eq!(same.problems, []);

    let name = fs::read_dir(folder.join("grants"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.starts_with("payments"))
        .unwrap();
    let grants = folder.join("grants").join(&name);
    let text = fs::read_to_string(&grants).unwrap();
    // The head of the file says what it is about.
    fs::write(&grants, text.split("[[").next().unwrap()).unwrap();
    let without = olga.compare_policy_folder(folder).await.unwrap();
    assert!(
        without
            .changes
            .iter()
            .all(|one| one.kind == PolicyKind::Grant && one.differs == PolicyDiffers::OnlyInOrganization),
        "{without:?}"
    );
    assert!(!without.changes.is_empty());
    fs::write(&grants, format!("{text}\nnonsense")).unwrap();
    let wrong = olga.compare_policy_folder(folder).await.unwrap();
    assert_eq!(wrong.problems.len(), 1, "{wrong:?}");
    assert_eq!(wrong.problems[0].path, format!("grants/{name}"));
}

/// The server's own clock is the machine's here.
fn now_in_millis() -> i64 {
    use claviger_model::time::Clock as _;
    claviger_model::time::SystemClock.now().millis()
}
