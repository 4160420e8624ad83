//! Policies as files by the use cases alone: exported, compared, and delegated to a service identity by two owners.
#![expect(clippy::indexing_slicing, reason = "tests")]

use super::{
    organization::{id_of, make, place, sign_in},
    support::Server,
    until,
};
use claviger_model::{
    builtin_roles::READER,
    entropy::SystemEntropy,
    ids::{GrantId, ProposalId},
    time::Timestamp,
};
use claviger_protocol::{
    policy_files::{DelegationForm, Differs, Since},
    roles::Changed,
};
use claviger_testkit::peers::provider::{CLIENT_ID, Person, Provider};
use claviger_vault::view::{
    giving::{GiveAccess, GiveConditions},
    places::EnvironmentClass,
    role::ProposalChange,
    services::{ServiceDraft, ServiceKind},
};

#[tokio::test(flavor = "multi_thread")]
async fn files_are_delegated_by_two_owners_and_drift_is_seen() {
    let people = ["olga", "otto", "ben"].map(|name| Person::new(name, &[]));
    let provider = Provider::start(&people).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let server = Server::found(&folder.path().join("server"), provider.issuer(), CLIENT_ID);
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
    let delegation = DelegationForm {
        grant: GrantId::random(&SystemEntropy),
        service: service.id.parse().unwrap(),
        scope: home.parse().unwrap(),
        may_grant: [READER].into(),
        roles: false,
        guardrails: false,
        expires_at: Timestamp::from_millis(now_in_millis() + 30 * 24 * 3_600_000),
    };
    let proposal = ProposalId::random(&SystemEntropy);
    let proposed = olga
        .delegate_policy_files(
            &proposal.to_string(),
            delegation.clone(),
            "reviewed in the repository",
        )
        .await
        .unwrap();
    assert_eq!(proposed, Changed::Proposed { proposal });
    assert!(olga.file_delegations().await.unwrap().is_empty());
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
    let living = olga.file_delegations().await.unwrap();
    assert_eq!((living.len(), &living[0].delegation), (1, &delegation));
}

/// The server's own clock is the machine's here.
fn now_in_millis() -> i64 {
    use claviger_model::time::Clock as _;
    claviger_model::time::SystemClock.now().millis()
}
