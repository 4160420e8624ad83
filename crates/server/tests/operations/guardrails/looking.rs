//! The list, the check of a text, and what it would have refused.

use super::*;
use claviger_model::{event::EventKind, guardrail::Guardrail};
use claviger_policy::builtin_guardrails;
use claviger_protocol::{
    guardrail_plan::PastReply,
    guardrails::{CheckReply, LanguageReply},
};
use claviger_server::jobs;

#[tokio::test(flavor = "multi_thread")]
async fn all_are_listed_with_who_changed_them_for_those_who_manage_them() {
    let house = House::new().await;
    let (owner, reader) = (owner(&house).await, reader(&house).await);
    let listed_first = listed(&house, &owner).await;
    let known: Vec<Guardrail> = listed_first
        .iter()
        .map(|record| record.guardrail.clone())
        .collect();
    let mut builtin = builtin_guardrails::all();
    builtin.sort_by_key(|guardrail| guardrail.name.folded());
    assert_eq!(known, builtin);
    assert!(listed_first.iter().all(|record| record.changed_by.is_none()));
    let id = new_id();
    assert_eq!(
        changed(&house, &owner, id, &put("No production", NO_PRODUCTION))
            .await
            .code(),
        "ok"
    );
    let own = record(&house, &owner, id).await.unwrap();
    assert_eq!(own.changed_by, Some(owner.principal));
    assert_eq!((own.failures, own.failed_at), (0, None));
    for route in [route::GUARDRAILS, route::GUARDRAIL_LANGUAGE] {
        let answer = house.call(Some(&reader), &route, &[], &Value::Null).await;
        assert_eq!(answer.code(), "forbidden");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_checked_with_places_and_what_can_be_written_is_told() {
    let house = House::new().await;
    let owner = owner(&house).await;
    let check = async |text: &str| -> CheckReply {
        let body = json!({ "text": text });
        let answer = house
            .call(Some(&owner), &route::CHECK_GUARDRAIL, &[], &body)
            .await;
        answer.parse()
    };
    let good = check(NO_PRODUCTION).await;
    assert!(good.usable && good.problems.is_empty());
    let wrong = check("forbid (principal, action, resource)\nwhen { resource.colour == \"red\" };").await;
    assert!(!wrong.usable);
    let place = wrong.problems[0].place.unwrap();
    assert_eq!((place.line, place.column, place.length), (2, 8, 15));
    let permits = check("permit (principal, action, resource);").await;
    assert!(!permits.usable && permits.problems[0].place.is_some());

    let language: LanguageReply = house
        .call(Some(&owner), &route::GUARDRAIL_LANGUAGE, &[], &Value::Null)
        .await
        .parse();
    assert!(
        language
            .actions
            .iter()
            .any(|word| word.code == "secret.reveal" && !word.group)
    );
    assert!(
        language
            .actions
            .iter()
            .any(|word| word.code == "read" && word.group)
    );
    assert!(
        language
            .context
            .iter()
            .any(|known| known.name == "source" && known.optional)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_have_been_refused_is_counted_by_person_and_place() {
    let house = House::new().await;
    let (owner, reader, other) = (owner(&house).await, reader(&house).await, reader(&house).await);
    let secret = house.secret(house.places.production, "KEY", b"value").await;
    for _ in 0..3 {
        assert_eq!(released(&house, &reader, secret, "reveal").await, "ok");
    }
    // The job has counted these; the rest comes from the log itself.
    jobs::usage::catch_up_deeds(&house.app).await.unwrap();
    // Making a secret is not what the guardrail is about.
    let elsewhere = house.secret(house.places.staging, "KEY", b"value").await;
    assert_eq!(released(&house, &reader, secret, "use").await, "ok");
    assert_eq!(released(&house, &reader, elsewhere, "use").await, "ok");
    assert_eq!(released(&house, &other, elsewhere, "reveal").await, "ok");
    let past = async |condition: &str| -> PastReply {
        let text = format!("forbid (principal, action in Action::\"read\", resource) {condition};");
        let body = json!({ "text": text });
        house
            .call(Some(&owner), &route::PAST_GUARDRAIL, &[], &body)
            .await
            .parse()
    };
    let by_class = past("when { resource.class == \"production\" }").await;
    assert_eq!((by_class.certainly, by_class.perhaps), (4, 0));
    assert_eq!(by_class.looked_at, 6);
    let row = &by_class.rows[0];
    assert_eq!(
        (by_class.rows.len(), row.principal, row.scope, row.certainly),
        (1, reader.principal, house.places.production, 4)
    );
    assert_eq!(
        row.kinds,
        [EventKind::SecretUsed, EventKind::SecretRevealed].into()
    );
    assert!(by_class.not_known.is_empty());
    // How well somebody was signed in then, nobody knows.
    let by_factor = past("when { resource.class == \"production\" && !context.multi_factor }").await;
    assert_eq!((by_factor.certainly, by_factor.perhaps), (0, 4));
    assert_eq!(by_factor.not_known, ["multi_factor"]);
    let nobody = past("when { resource.class == \"sandbox\" }").await;
    assert_eq!((nobody.rows_total, nobody.looked_at), (0, 6));
    // After 90 days nothing is left to look back at.
    house
        .clock
        .advance(std::time::Duration::from_secs(91 * 24 * 3600));
    let later = house.sign_in(owner.principal).await;
    let body = json!({ "text": NO_PRODUCTION });
    let reply: PastReply = house
        .call(Some(&later), &route::PAST_GUARDRAIL, &[], &body)
        .await
        .parse();
    assert_eq!((reply.rows_total, reply.looked_at), (0, 0));
    let bad = json!({"text": "permit (principal, action, resource);"});
    assert_eq!(
        house
            .call(Some(&later), &route::PAST_GUARDRAIL, &[], &bad)
            .await
            .code(),
        "bad_request"
    );
}
