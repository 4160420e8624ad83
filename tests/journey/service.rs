//! A service identity: a Lead makes it and its key, an Owner gives it access, a program reads a value with it; one key
//! ages out by itself, the other is ended by hand.

use crate::{
    instance::Instance,
    rig::{
        company::Company,
        desktop::Desktop,
        window::{self, Window},
    },
};
use claviger_crypto::signing::DeviceKey;
use claviger_model::ids::PrincipalId;
use claviger_protocol::route;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// Has founded the server.
const OWNER: &str = "Samir Haddad";
/// Leads Payments.
const LEAD: &str = "Mara Okafor";
const PLACE: &str = "payments/ci";
const SERVICE: &str = "payments-nightly";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_service() {
    let company = Company::start().await;
    let (hers, his) = (Desktop::start().await, Desktop::start().await);
    hers.browse_as(&company.admit(LEAD).await);
    his.browse_as(&company.admit(OWNER).await);
    let lead = Window::open(&hers).await;
    lead.enter(&company.origin).await;
    makes_it(&lead).await;
    let key = DeviceKey::generate().unwrap();
    makes_its_key(&lead, &key).await;
    let (id, secret) = (service(&lead).await, secret(&lead).await);

    // It signs in, and has nothing yet.
    let mut program = Instance::new(&company.origin);
    let (status, token) = program.exchange(id, &key).await;
    assert_eq!(status, 200, "{token}");
    let refused = read(&program, &secret).await;
    assert_eq!(refused["outcome"], "refused", "{refused}");

    let owner = Window::open(&his).await;
    owner.enter(&company.origin).await;
    gives(&owner).await;
    owner.close().await;
    lead.until("the program reads the value", async || {
        (read(&program, &secret).await["outcome"] == "released").then_some(())
    })
    .await;
    looks_at_its_use(&lead).await;

    ages_out(&lead, &company.origin, id).await;
    let (status, token) = program.exchange(id, &key).await;
    assert_eq!(status, 200, "the other key lives on: {token}");
    lead.click("end-key").await;
    lead.write("reason-field", "The job is gone").await;
    lead.click_css("[data-testid='submit']:enabled").await;
    lead.gone("[data-testid='dialog']").await;
    let (status, refused) = program
        .call(
            &route::RELEASES,
            &json!({"items": [{"secret": secret, "purpose": "use"}]}),
        )
        .await;
    assert_eq!(status, 401, "its token ends with its key: {refused}");
    let (status, refused) = program.exchange(id, &key).await;
    assert_eq!((status, refused["code"].as_str()), (401, Some("key_ended")));
    lead.picture("service-ended").await;
    lead.close().await;
}

async fn services(lead: &Window<'_>) {
    lead.find("nav-organization").await;
    lead.keys("body", Key::Control + "6").await;
    lead.choose("organization-part", "Services").await;
    lead.find("service-row").await;
}

async fn makes_it(lead: &Window<'_>) {
    services(lead).await;
    lead.click("new-service").await;
    lead.write("service-name", SERVICE).await;
    lead.pick("service-class", "test").await;
    lead.pick("service-owner", "Payments").await;
    lead.pick("service-home", PLACE).await;
    lead.picture("service-new").await;
    lead.audit("a new service").await;
    lead.click_css("[data-testid='submit']:enabled").await;
    lead.text("service-panel", |text| text.contains("It has no key"))
        .await;
}

/// The program's machine made it; only its public half is typed.
async fn makes_its_key(lead: &Window<'_>, key: &DeviceKey) {
    lead.click("make-key").await;
    lead.choose("key-way", "Made elsewhere").await;
    lead.write("key-name", "Runner in Lyon").await;
    lead.write("key-public", &serde_json::to_string(key.public()).unwrap())
        .await;
    lead.write("key-networks", "127.0.0.0/8").await;
    lead.picture("service-new-key").await;
    lead.audit("a new key").await;
    lead.click_css("[data-testid='submit']:enabled").await;
    lead.text("key-row", |text| {
        text.contains("Runner in Lyon") && text.contains("never")
    })
    .await;
}

async fn service(lead: &Window<'_>) -> PrincipalId {
    let found = lead
        .until("the service", async || {
            let all = lead.ask("services", json!({ "after": null })).await?;
            let all = all["services"].as_array()?.clone();
            all.into_iter().find(|service| service["name"] == SERVICE)
        })
        .await;
    serde_json::from_value(found["id"].clone()).unwrap()
}

/// Some secret of the place.
async fn secret(lead: &Window<'_>) -> Value {
    lead.until("a secret of the place", async || {
        let found = lead.ask("search", json!({ "text": PLACE, "limit": 5 })).await?;
        let row = found["secrets"].as_array()?.first()?["row"].clone();
        Some(row["id"].clone())
    })
    .await
}

async fn read(program: &Instance, secret: &Value) -> Value {
    let call = json!({"items": [{"secret": secret, "purpose": "use"}]});
    let (status, reply) = program.call(&route::RELEASES, &call).await;
    assert_eq!(status, 200, "{reply}");
    reply["results"][0].clone()
}

async fn gives(owner: &Window<'_>) {
    owner.find("nav-access").await;
    owner.keys("body", Key::Control + "5").await;
    owner.find("access-row").await;
    owner.keys("body", Key::Control + "g").await;
    owner.pick("give-place", PLACE).await;
    owner.write("give-who", SERVICE).await;
    owner.text("give-receiver", |text| text.contains(SERVICE)).await;
    owner.press("give-who", Key::Enter).await;
    // The roles for services are offered once it is a service that receives.
    owner.pick("give-role", "CI test").await;
    owner.write("reason-field", "Nightly tests").await;
    owner.picture("service-given").await;
    owner.audit("giving a service access").await;
    owner.click_css("[data-testid='submit']:enabled").await;
    owner.gone("[data-testid='dialog']").await;
}

/// Read anew, with its keys.
async fn opens_it(lead: &Window<'_>) {
    lead.keys("body", Key::Control + "6").await;
    lead.choose("organization-part", "Places").await;
    lead.find("place-row").await;
    services(lead).await;
    lead.until("the service's row", async || {
        let rows = By::Css("[data-testid='service-row']");
        for row in lead.driver.find_all(rows).await.ok()? {
            if window::read(&row).await?.contains(SERVICE) {
                return row.click().await.ok();
            }
        }
        None
    })
    .await;
    lead.find("key-row").await;
}

async fn looks_at_its_use(lead: &Window<'_>) {
    for theme in ["dark", "light"] {
        lead.themed(theme).await;
        opens_it(lead).await;
        lead.text("key-row", |text| text.contains("1×")).await;
        lead.picture(&format!("service-used-{theme}")).await;
        lead.audit(&format!("a service, {theme}")).await;
    }
}

/// A key for a few seconds; the dialog offers days.
async fn ages_out(lead: &Window<'_>, origin: &str, id: PrincipalId) {
    let key = DeviceKey::generate().unwrap();
    let now = lead
        .driver
        .execute("return Date.now();", Vec::new())
        .await
        .unwrap()
        .json()
        .as_i64()
        .unwrap();
    let given = json!({
        "service": id,
        "draft": { "name": "For a moment", "endsAt": now + 20_000, "networks": [] },
        "publicKey": serde_json::to_string(key.public()).unwrap(),
    });
    lead.ask("register_service_key", given).await.unwrap();
    let mut program = Instance::new(origin);
    let (status, token) = program.exchange(id, &key).await;
    assert_eq!(status, 200, "{token}");
    lead.until("the key has aged out", async || {
        let (status, refused) = Instance::new(origin).exchange(id, &key).await;
        (status == 401 && refused["code"] == "key_ended").then_some(())
    })
    .await;
    let (status, _) = program.call(&route::ME, &Value::Null).await;
    assert_eq!(status, 401, "and its token with it");
    opens_it(lead).await;
    lead.until("it is shown to be over", async || {
        let shown = lead.shown().await;
        (shown.contains("For a moment") && shown.contains("ran out")).then_some(())
    })
    .await;
    lead.picture("service-aged-out").await;
}
