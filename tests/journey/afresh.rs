//! A lead whose right counts only with a fresh sign-in in several factors came with less: it is said, the browser is asked, and the
//! look goes on. Then by keyboard why others can, and cannot, have one secret shown.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, of, read},
};
use claviger_testkit::peers::provider::Person;
use thirtyfour::prelude::*;

/// Has founded the server.
const OWNER: &str = "Samir Haddad";
/// Sees what is in `partners`; leads nothing yet.
const LEAD: &str = "Salma Idrissi";
const PLACE: &str = "partners/staging";
/// Reads there through the team.
const READER: &str = "Aoife Byrne";
/// Has nothing there.
const STRANGER: &str = "Kwame Mensah";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_lead_who_signs_in_once_more() {
    let company = Company::start().await;
    let (desk, hers) = (Desktop::start().await, Desktop::start().await);
    desk.browse_as(&company.admit(OWNER).await);
    let owner = Window::open(&desk).await;
    owner.enter(&company.origin).await;
    makes_a_lead(&owner).await;
    owner.close().await;

    let strong = company.person(LEAD);
    let weak = Person {
        amr: vec!["pwd".to_owned()],
        ..strong.clone()
    };
    company.provider.put_person(&weak).await.unwrap();
    hers.browse_as(&weak.sub);
    let lead = Window::open(&hers).await;
    lead.enter(&company.origin).await;
    lead.find("nav-access").await;
    for theme in ["light", "dark"] {
        lead.themed(theme).await;
        lead.keys("body", Key::Control + "5").await;
        lead.find("sign-in-afresh").await;
        lead.picture(&format!("afresh-{theme}")).await;
        lead.audit(&format!("a sign-in that grew stale, {theme}")).await;
    }

    // The browser vouches for a password again: still nothing shows, and why is said.
    lead.press("sign-in-afresh", Key::Enter).await;
    lead.until("it says what is missing", async || {
        lead.shown()
            .await
            .contains("fresh multi-factor sign-in")
            .then_some(())
    })
    .await;
    lead.picture("afresh-refused").await;
    lead.audit("a sign-in that was too weak for a lead").await;
    assert!(lead.shown_now(&of("access-row")).await.is_none());

    company.provider.put_person(&strong).await.unwrap();
    lead.press("sign-in-afresh", Key::Enter).await;
    lead.find("access-row").await;
    lead.gone(&of("sign-in-afresh")).await;
    lead.picture("afresh-granted").await;
    others_at_a_secret(&lead).await;
    lead.close().await;
}

async fn makes_a_lead(owner: &Window<'_>) {
    owner.find("nav-access").await;
    owner.keys("body", Key::Control + "5").await;
    owner.find("access-row").await;
    owner.keys("body", Key::Control + "g").await;
    owner.pick("give-place", PLACE).await;
    owner.pick("give-role", "Lead").await;
    owner.write("give-who", LEAD).await;
    owner.text("give-receiver", |text| text.contains(LEAD)).await;
    owner.press("give-who", Key::Enter).await;
    owner.press("give-conditions", Key::Enter).await;
    owner
        .pick("give-factor", "multi-factor, at most 8 hours ago")
        .await;
    owner
        .write("reason-field", "Looks after the partners' rehearsals")
        .await;
    owner.click_css("[data-testid='submit']:enabled").await;
    owner.gone("[data-testid='dialog']").await;
}

/// By keys alone, once the secret is found.
async fn others_at_a_secret(lead: &Window<'_>) {
    lead.keys("body", Key::Control + "1").await;
    lead.go_to_secret_of(PLACE).await;
    lead.press("explain-others", Key::Enter).await;
    lead.text("explain-answer", |text| text.contains("Choose whom"))
        .await;
    asks_about(lead, READER).await;
    lead.text("explain-answer", |text| {
        text.starts_with("Yes.") && text.contains("this decides") && text.contains("Payments")
    })
    .await;
    lead.picture("others-can").await;
    lead.audit("why somebody else can").await;
    lead.press("give-other", Key::Enter).await;
    asks_about(lead, STRANGER).await;
    let said = lead.text("explain-answer", |text| text.starts_with("No.")).await;
    assert!(said.contains("The least role that would do is"), "{said}");
    lead.picture("others-cannot").await;
    lead.audit("why somebody else cannot").await;

    // From there to giving it, with everything chosen that was asked about.
    lead.press("explain-give", Key::Enter).await;
    lead.find("give-role").await;
    lead.until("who and where are chosen", async || {
        let dialog = lead.shown_now(&of("dialog")).await?;
        read(&dialog).await?.contains(STRANGER).then_some(())
    })
    .await;
    lead.picture("others-give").await;
    lead.audit("giving what was missing").await;
    lead.type_keys(Key::Escape).await;
    lead.gone("[data-testid='dialog']").await;
}

async fn asks_about(lead: &Window<'_>, name: &str) {
    lead.write("explain-who", name).await;
    lead.text("give-receiver", |text| text.contains(name)).await;
    lead.press("explain-who", Key::Enter).await;
}
