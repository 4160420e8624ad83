//! What people are told reaches their app through the real server: asked, hinted at, shown in words that they may know, read; and links
//! that lead there and do nothing.

use super::{organization::sign_in, support::founded, until};
use claviger_protocol::enrolment::{Bundle, Enrolment};
use claviger_testkit::peers::provider::Person;
use claviger_vault::{
    HostEvent, Vault,
    view::{
        asking::AskAccess,
        event::ChangedArea,
        giving::{GiveAccess, GiveConditions},
        managing::NewPlace,
        notices::{LinkTarget, NoticeView, NoticeWay},
        state::LockReason,
    },
};

/// The first unread notice of a kind, as soon as it shows.
async fn told(vault: &Vault, kind: &str) -> NoticeView {
    until(kind, async || {
        let page = vault.notices(None, true).await.unwrap();
        page.notices.into_iter().find(|notice| notice.kind == kind)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_what_became_of_it_reaches_those_whom_it_concerns() {
    let (_provider, folder, server) = founded(&["olga", "ben", "lee"].map(|who| Person::new(who, &[]))).await;
    let olga = sign_in(&server, folder.path(), "olga", Some(server.bootstrap_code())).await;
    let ben = sign_in(&server, folder.path(), "ben", None).await;
    let lee = sign_in(&server, folder.path(), "lee", None).await;
    let root = until("the root", async || {
        let places = olga.managed_places().await.unwrap();
        places.into_iter().find(|place| place.path.is_empty())
    })
    .await;
    let new = NewPlace {
        parent: root.id,
        name: "payments".to_owned(),
        class: None,
    };
    let payments = olga.create_place(&new).await.unwrap();
    let mut hints = lee.events();
    for (who, role) in [("lee", "Lead"), ("ben", "Viewer")] {
        let people = olga.people().await.unwrap().principals;
        let found = people.into_iter().find(|one| one.principal.person.name == who);
        let roles = olga.roles().await.unwrap().roles;
        let give = GiveAccess {
            principal: found.unwrap().principal.person.id,
            role: roles.into_iter().find(|one| one.name == role).unwrap().id,
            place: payments.clone(),
            starts_at: None,
            ends_at: None,
            conditions: GiveConditions::default(),
        };
        let plan = olga.plan_access(&give).await.unwrap();
        olga.give_access(&give, &plan.grant, &plan.digest, "works there")
            .await
            .unwrap();
    }
    let given = told(&lee, "access.given").await;
    assert_eq!(
        (given.path.as_deref(), given.role.as_deref(), given.by.as_deref()),
        (Some("payments"), Some("Lead"), Some("olga"))
    );
    // The stream hinted at it, and said nothing of it.
    until("a hint", async || match hints.try_recv() {
        Ok(HostEvent::Changed(changed)) => changed.areas.contains(&ChangedArea::Notices).then_some(()),
        _ => None,
    })
    .await;
    assert!(
        olga.notices(None, false).await.unwrap().notices.is_empty(),
        "nobody hears of their own deeds"
    );

    let options = until("a role to ask for", async || {
        ben.access_options(Some(&payments), None).await.ok()
    })
    .await;
    let reader = options
        .roles
        .into_iter()
        .find(|role| role.name == "Reader")
        .unwrap();
    let ask = AskAccess {
        role: reader.role,
        place: payments.clone(),
        secret: None,
        seconds: 7_200,
        reason: "the payment job hangs".to_owned(),
        extends: None,
    };
    let request = ben.request_access(ask).await.unwrap();
    let waits = told(&lee, "request.waits").await;
    assert_eq!(
        (waits.by.as_deref(), waits.role.as_deref()),
        (Some("ben"), Some("Reader"))
    );
    let leads = waits.leads.unwrap();
    assert_eq!(
        (leads.what, leads.id.as_str()),
        (LinkTarget::Request, request.as_str())
    );
    lee.refuse_request(&request, "ask the other team").await.unwrap();
    let refused = told(&ben, "request.refused").await;
    until("the settled notice", async || {
        let left = lee.notices(None, true).await.unwrap().notices;
        left.iter()
            .all(|notice| notice.kind != "request.waits")
            .then_some(())
    })
    .await;

    let before = ben.notices(None, false).await.unwrap().unread;
    assert_eq!(
        ben.read_notices(std::slice::from_ref(&refused.id)).await.unwrap(),
        before - 1
    );
    assert_eq!(
        lee.read_notices(std::slice::from_ref(&refused.id)).await.unwrap(),
        lee.notices(None, false).await.unwrap().unread
    );
    assert_eq!(ben.read_notices_until(i64::MAX).await.unwrap(), 0);

    let wishes = ben
        .set_notice_preference("access.ended", NoticeWay::Mail, true)
        .await
        .unwrap();
    assert!(
        wishes
            .kinds
            .iter()
            .find(|one| one.kind == "access.ended")
            .unwrap()
            .mail
    );
    let never = ben
        .set_notice_preference("emergency.used", NoticeWay::Desktop, false)
        .await;
    assert!(never.is_err());

    // Webhooks are for Owners, on hosts that the configuration lists; this one lists none.
    assert_eq!(lee.webhooks().await.unwrap_err().code, "forbidden");
    assert!(olga.webhooks().await.unwrap().allowed.is_empty());

    let enrolment = claviger_testkit::http::client()
        .unwrap()
        .get(format!("{}/v1/enrolment", server.origin))
        .send()
        .await
        .unwrap();
    let enrolment: Enrolment = serde_json::from_str(&enrolment.text().await.unwrap()).unwrap();
    let organization = claviger_protocol::signed::parse::<Bundle>(&enrolment.bundle.body.0)
        .unwrap()
        .organization;
    let link = format!("claviger://open/{organization}/request/{request}");
    let leads = ben.follow_link(&link).unwrap();
    assert_eq!(
        (leads.what, leads.id.as_str()),
        (LinkTarget::Request, request.as_str())
    );
    let foreign = link.replace(&organization.to_string(), "0b7cfe0a-1111-4222-8333-444455556666");
    assert_eq!(ben.follow_link(&foreign).unwrap_err().code, "linkForeign");
    assert_eq!(
        ben.follow_link(&format!("{link}?approve")).unwrap_err().code,
        "linkUnknown"
    );
    ben.lock(LockReason::Asked).await;
    assert_eq!(ben.follow_link(&link).unwrap_err().code, "locked");
    ben.unlock().await.unwrap();
    assert!(ben.follow_link(&link).is_ok());
}
