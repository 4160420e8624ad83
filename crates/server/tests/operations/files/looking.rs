//! What is written and what differs from it.

use super::*;
use crate::{
    assigning::{given, principal},
    guardrails::{NO_PRODUCTION, changed, listed, new_id, owner, put},
    house::name,
};
use claviger_model::{
    action::Action,
    builtin_roles::{LEAD, READER, VIEWER},
    ids::{PolicyId, RoleId},
    principal::Nature,
    role::{MayGrant, Role},
};
use claviger_policy::builtin_guardrails::PRODUCTION_WITH_MULTI_FACTOR;
use claviger_protocol::policy_files::{FileChange, FileKind};

type Edit = Box<dyn Fn(&str) -> String>;

fn told(changes: &[FileChange]) -> Vec<(FileKind, Differs, String)> {
    let told = changes.iter().map(|change| {
        let fields: Vec<_> = change.fields.iter().map(|field| field.field.as_str()).collect();
        (change.kind, change.differs, fields.join(" "))
    });
    told.collect()
}

async fn company() -> (House, Actor, RoleId, PolicyId) {
    let house = House::new().await;
    let owner = owner(&house).await;
    let role = Role::custom(
        RoleId::random(&SystemEntropy),
        name("Support"),
        [Action::SecretView, Action::SecretUse].into(),
        MayGrant::nothing(),
    )
    .unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&role).await.unwrap();
    locked.commit().await.unwrap();
    let guardrail = new_id();
    assert_eq!(
        changed(&house, &owner, guardrail, &put("No production!", NO_PRODUCTION))
            .await
            .code(),
        "ok"
    );
    let person = principal(&house, Nature::Person { outside: false }).await;
    given(&house, person, READER, house.places.production).await;
    given(&house, person, role.id, house.places.payments).await;
    (house, owner, role.id, guardrail)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_differs_in_nothing_and_is_the_same_each_time() {
    let (house, owner, role, guardrail) = company().await;
    let files = export(&house, &owner).await;
    assert_eq!(files, export(&house, &owner).await);
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    let mut sorted = paths.clone();
    sorted.sort_unstable();
    assert_eq!(paths, sorted);
    let text = |part: &str| {
        &files
            .iter()
            .find(|file| file.path.contains(part))
            .unwrap_or_else(|| panic!("{part} in {paths:?}"))
            .text
    };
    let own = text(&format!(
        "guardrails/no-production-{}.cedar",
        guardrail.to_string().get(..8).unwrap()
    ));
    assert_eq!(own.trim_end(), NO_PRODUCTION);
    assert!(text("roles.toml").contains(&format!("id = \"{role}\"\nname = \"Support\"")));
    assert!(text("grants/payments-").contains(": Reader at payments/production\n"));
    assert!(text("grants/organization.toml").contains("Owner at the organization"));
    let same = plan(&house, &owner, &files).await;
    assert_eq!((same.changes, same.problems), (Vec::new(), Vec::new()));
    // Any of them can be compared alone.
    for part in ["roles.toml", "grants/payments-", "grants/organization"] {
        let one: Vec<_> = files
            .iter()
            .filter(|file| file.path.contains(part))
            .cloned()
            .collect();
        let alone = plan(&house, &owner, &one).await;
        assert_eq!((one.len(), alone.changes.len(), alone.problems.len()), (1, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_edited_or_has_drifted_is_told_by_field() {
    let (house, owner, role, guardrail) = company().await;
    let files = export(&house, &owner).await;
    let other = edited(&files, "roles.toml", |text| {
        text.replace("\"secret.use\"", "\"secret.reveal\"")
    });
    let found = plan(&house, &owner, &other).await;
    assert_eq!(
        told(&found.changes),
        [(FileKind::Role, Differs::Otherwise, "actions".to_owned())]
    );
    let field = &found.changes[0].fields[0];
    assert!(field.is.as_ref().unwrap().contains("secret.use"));
    assert!(field.file.as_ref().unwrap().contains("secret.reveal"));
    assert_eq!(
        (found.changes[0].id.clone(), found.changes[0].name.as_str()),
        (role.to_string(), "Support")
    );
    assert_ne!(found.digest, plan(&house, &owner, &files).await.digest);

    let weaker = edited(&files, "no-production", |text| {
        text.replace("== \"production\"", "== \"staging\"")
    });
    assert_eq!(
        told(&plan(&house, &owner, &weaker).await.changes),
        [(FileKind::Guardrail, Differs::Otherwise, "text".to_owned())]
    );
    let off = edited(&files, "guardrails.toml", |text| {
        let (before, after) = text
            .split_once(&PRODUCTION_WITH_MULTI_FACTOR.to_string())
            .unwrap();
        format!(
            "{before}{PRODUCTION_WITH_MULTI_FACTOR}{}",
            after.replacen("enabled = true", "enabled = false", 1)
        )
    });
    assert_eq!(
        told(&plan(&house, &owner, &off).await.changes),
        [(FileKind::Guardrail, Differs::Otherwise, "enabled".to_owned())]
    );

    // Drift: what was done by hand since.
    let person = principal(&house, Nature::Person { outside: false }).await;
    let grant = given(&house, person, VIEWER, house.places.staging).await;
    assert_eq!(
        changed(&house, &owner, guardrail, &json!({"change": "delete"}))
            .await
            .code(),
        "ok"
    );
    let drift = plan(&house, &owner, &files).await;
    assert!(drift.problems.is_empty(), "{:?}", drift.problems);
    let by_hand: Vec<_> = drift
        .changes
        .iter()
        .map(|change| (change.kind, change.differs, change.id.clone()))
        .collect();
    assert_eq!(
        by_hand,
        [
            (FileKind::Grant, Differs::OnlyInOrganization, grant.to_string()),
            (FileKind::Guardrail, Differs::OnlyInFile, guardrail.to_string()),
        ]
    );
    assert!(drift.changes[0].name.ends_with(": Viewer at payments/staging"));
    assert!(listed(&house, &owner).await.len() == 4, "a plan changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_said_with_its_file() {
    let (house, owner, _, _) = company().await;
    let files = export(&house, &owner).await;
    let cases: [(&str, Edit, &str); 8] = [
        ("roles.toml", Box::new(|text| format!("{text}\n[[")), "expected"),
        (
            "roles.toml",
            Box::new(|text| text.replace("\"secret.use\"", "\"secret.use\", \"role.manage\"")),
            "cannot hold both",
        ),
        (
            "roles.toml",
            Box::new(|text| text.replace("actions =", "colour = 1\nactions =")),
            "colour",
        ),
        (
            "guardrails/no-production",
            Box::new(|text| text.replace("forbid", "permit")),
            "never with `permit`",
        ),
        (
            "guardrails/production-needs",
            Box::new(|text| text.replace("production", "staging")),
            "never made or changed",
        ),
        (
            "guardrails.toml",
            Box::new(|_| "guardrails = []\n".to_owned()),
            "not deleted",
        ),
        (
            "grants/payments-",
            Box::new(|text| {
                let (_, role) = text.split_once("role = \"").unwrap();
                let role = role.get(..36).unwrap();
                text.replace(role, &RoleId::random(&SystemEntropy).to_string())
            }),
            "there is no role",
        ),
        (
            "grants/payments-",
            Box::new(move |text| text.replace("reason =", "expires_at = \"tomorrow\"\nreason =")),
            "no moment",
        ),
    ];
    for (path, edit, words) in cases {
        let wrong = plan(&house, &owner, &edited(&files, path, edit)).await;
        assert_eq!(wrong.problems.len(), 1, "{path} {words}: {:?}", wrong.problems);
        assert!(
            wrong.problems[0].message.contains(words),
            "{words}: {}",
            wrong.problems[0].message
        );
        assert!(wrong.changes.is_empty(), "{words}: {:?}", wrong.changes);
    }
    let lead = house.actor(&[(LEAD, house.places.root)]).await;
    let answer = house
        .call(Some(&lead), &route::EXPORT_POLICY_FILES, &[], &json!({}))
        .await;
    assert_eq!(answer.code(), "forbidden");
    let elsewhere = PolicyFile {
        path: "../secrets.toml".to_owned(),
        text: String::new(),
    };
    assert_eq!(plan(&house, &owner, &[elsewhere]).await.problems.len(), 1);
}
