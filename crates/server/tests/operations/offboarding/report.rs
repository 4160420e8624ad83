//! The report of a case: what the server signs, a stranger checks with the published keys alone; nothing can be changed in it.

use super::{obey, opened, record, release, settle_steps, write};
use crate::{
    house::{Actor, House},
    succession::rotate,
};
use claviger_ledger::leaf::Leaf;
use claviger_model::{
    builtin_roles as roles,
    ids::{CaseId, SecretId},
    offboarding::{CaseState, EffectKind, RotationState},
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::report::{Report, ReportReply, read, split, written},
    route,
    signed::Signed,
};
use claviger_server::report::{
    keys::PublishedKeys,
    verify::{Fault, Verified, verify},
};
use claviger_storage::organization::KeyPurpose;
use claviger_testkit::products::Product;
use serde_json::{Value, json};
use std::time::Duration;

/// A case with something of everything: a value changed, one accepted, one still as it was.
pub struct Left {
    pub house: House,
    pub admin: Actor,
    pub leaver: Actor,
    pub case: CaseId,
    pub secrets: [SecretId; 3],
}

impl Left {
    pub async fn new() -> Self {
        let house = House::new().await;
        let production = house.places.production;
        let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
        let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
        let editor = house.actor(&[(roles::EDITOR, production)]).await;
        let leaver = house.actor(&[(roles::READER, production)]).await;
        let secrets = [
            house.secret(production, "CHANGED", b"1").await,
            house.secret(production, "ACCEPTED", b"2").await,
            house.secret(production, "OPEN <b>", b"3").await,
        ];
        for (secret, purpose) in secrets.into_iter().zip(["reveal", "lease", "use"]) {
            release(&house, &leaver, secret, purpose).await;
        }
        house.clock.advance(Duration::from_secs(5));
        let case = opened(&house, &admin, leaver.principal, json!({})).await.id;
        settle_steps(&house).await;
        house.clock.advance(Duration::from_secs(2));
        obey(&house, &leaver).await;
        write(&house, &editor, secrets[0], 2, b"other").await;
        let body = json!({"secret": secrets[1], "reason": "cannot be <changed>"});
        let accepted = house
            .call(Some(&owner), &route::ACCEPT_ROTATION, &[&case], &body)
            .await;
        assert_eq!(accepted.code(), "ok", "{:?}", accepted.json());
        Self {
            house,
            admin,
            leaver,
            case,
            secrets,
        }
    }

    pub async fn report(&self) -> ReportReply {
        let answer = self
            .house
            .call(
                Some(&self.admin),
                &route::CASE_REPORT,
                &[&self.case],
                &Value::Null,
            )
            .await;
        assert_eq!(answer.code(), "ok", "{:?}", answer.json());
        answer.parse()
    }

    pub async fn published(&self) -> String {
        let answer = self.house.call(None, &route::ENROLMENT, &[], &Value::Null).await;
        String::from_utf8(answer.body).unwrap()
    }

    pub async fn keys(&self) -> PublishedKeys {
        PublishedKeys::read(&self.published().await).unwrap()
    }

    /// The report with something changed, signed anew by the server's own key: the log alone gives it away.
    pub async fn forged(&self, change: impl FnOnce(&mut Report)) -> Fault {
        let honest = self.report().await;
        let mut report = parsed(&honest.json);
        change(&mut report);
        let keys = self.house.app.keys.now();
        let json = written(&report, |body| keys.orders.sign(body)).unwrap();
        verify(&json, &self.keys().await).unwrap_err()
    }
}

/// A change of a report.
type Change<'a> = Box<dyn FnOnce(&mut Report) + 'a>;

/// A report as it was signed.
pub fn parsed(json: &str) -> Report {
    read(&split(json).unwrap().body.0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_proved_by_the_published_keys_alone() {
    let left = Left::new().await;
    let (report, keys) = (left.report().await, left.keys().await);
    for file in [&report.json, &report.html] {
        let Verified {
            report: read, proved, ..
        } = verify(file, &keys).unwrap();
        assert_eq!(read.case.id, left.case);
        assert_eq!(read.case.state, CaseState::Waiting);
        assert_eq!(read.made_by, left.admin.principal);
        let what = (
            proved.effects,
            proved.devices,
            proved.acknowledged,
            proved.settled,
            proved.reads,
        );
        // A session, a device and a grant; a lease is one read, as it came.
        assert_eq!(what, (3, 1, 1, 2, 3));
        assert_eq!(proved.leaves, read.history.len());
        let states: Vec<_> = left
            .secrets
            .iter()
            .map(|secret| {
                read.rotations
                    .iter()
                    .find(|one| one.secret == *secret)
                    .unwrap()
                    .state
            })
            .collect();
        assert_eq!(
            states,
            [
                RotationState::Changed,
                RotationState::Accepted,
                RotationState::Open
            ]
        );
    }
    // Drawn for people, escaped, and with nothing that runs or comes from elsewhere.
    assert!(report.html.contains("OPEN &lt;b&gt;") && report.html.contains("cannot be &lt;changed&gt;"));
    assert!(!report.html.contains("<b>") && !report.html.contains("http-equiv=\"refresh\""));
    assert_eq!(report.html.matches("<script").count(), 1);
    for remote in ["src=", "href=", "url(", "@import"] {
        assert!(!report.html.contains(remote), "{remote}");
    }
    if let Some(folder) = std::env::var_os("CLAVIGER_SHOTS") {
        std::fs::write(std::path::Path::new(&folder).join("report.html"), &report.html).unwrap();
    }
    // Where somebody called from is not told.
    assert!(!report.json.contains("source-address\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_does_not_hold() {
    let left = Left::new().await;
    let (report, keys) = (left.report().await, left.keys().await);
    let other = report.json.replacen("leaves", "stays.", 1);
    assert_ne!(other, report.json);
    assert_eq!(verify(&other, &keys).unwrap_err(), Fault::Signature);
    let spaced = report.json.replacen("{\"report\":", "{ \"report\":", 1);
    assert_eq!(verify(&spaced, &keys).unwrap_err(), Fault::Form);
    assert_eq!(verify("", &keys).unwrap_err(), Fault::Form);
    let page = report.html.replacen("not changed", "changed", 1);
    assert_ne!(page, report.html);
    assert_eq!(verify(&page, &keys).unwrap_err(), Fault::Page);
    let appended = format!("{}<p>and all is well</p>\n", report.html);
    assert!(verify(&appended, &keys).is_err());

    let elsewhere = Left::new().await;
    assert_eq!(
        verify(&report.json, &elsewhere.keys().await).unwrap_err(),
        Fault::Signature
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_cannot_claim_what_the_log_does_not_say() {
    let left = Left::new().await;
    let fault = left.forged(|report| drop(report.history.remove(2))).await;
    assert!(matches!(fault, Fault::History(_)), "{fault:?}");
    let fault = left
        .forged(|report| {
            let proof = report.history[1].proof.clone();
            report.history[2].proof = proof;
        })
        .await;
    assert!(matches!(fault, Fault::History(_)), "{fault:?}");
    let fault = left.forged(|report| report.reads[0].index += 1).await;
    assert!(matches!(fault, Fault::Leaf(_)), "{fault:?}");
    let fault = left
        .forged(|report| report.checkpoint = report.checkpoint.replace("\n\n— ", "\n\n- "))
        .await;
    assert_eq!(fault, Fault::Checkpoint);

    let later = |at: &mut Timestamp| *at = at.plus(Duration::from_secs(1));
    let claims: [Change<'_>; 8] = [
        Box::new(|report| later(&mut report.case.opened_at)),
        Box::new(|report| report.case.reason = "was asked to".to_owned()),
        Box::new(|report| later(&mut report.case.begun.as_mut().unwrap().at)),
        Box::new(|report| later(&mut report.effects[0].at)),
        Box::new(|report| report.effects[1].object = [7; 16].into()),
        Box::new(|report| {
            let at = report.case.devices[0].acknowledged_at;
            report.case.devices[0].acknowledged_at = at.map(|at| at.plus(Duration::from_secs(1)));
        }),
        Box::new(|report| {
            let open = report
                .rotations
                .iter_mut()
                .find(|one| one.state == RotationState::Open);
            open.unwrap().state = RotationState::Changed;
        }),
        Box::new(|report| drop(report.rotations.pop())),
    ];
    for (number, claim) in claims.into_iter().enumerate() {
        let fault = left.forged(claim).await;
        assert!(matches!(fault, Fault::Claim(_)), "{number}: {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_cannot_leave_out_what_the_log_says() {
    let left = Left::new().await;
    let all = parsed(&left.report().await.json).effects.len();
    assert_eq!(all, 3);
    for number in 0..all {
        let fault = left.forged(|report| drop(report.effects.remove(number))).await;
        assert!(matches!(fault, Fault::Claim(_)), "{number}: {fault:?}");
    }
    let omissions: [Change<'_>; 4] = [
        Box::new(|report| {
            report.devices.clear();
            report.case.devices.clear();
            report.effects.retain(|effect| effect.kind != EffectKind::Device);
        }),
        Box::new(|report| {
            report.devices.clear();
            report.case.devices.clear();
        }),
        Box::new(|report| report.grants.clear()),
        Box::new(|report| {
            let open = report
                .rotations
                .iter()
                .position(|one| one.state == RotationState::Open);
            let gone = report.rotations.remove(open.unwrap());
            report
                .reads
                .retain(|entry| Leaf::parse(&entry.leaf.0).unwrap().object.secret != Some(gone.secret));
        }),
    ];
    for (number, omission) in omissions.into_iter().enumerate() {
        let fault = left.forged(omission).await;
        assert!(matches!(fault, Fault::Claim(_)), "{number}: {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_devices_word_is_its_own() {
    let left = Left::new().await;
    let other = left.house.actor(&[]).await;
    let changes: [Change<'_>; 5] = [
        // The server alone says that it did.
        Box::new(|report| report.devices.clear()),
        // Signed by another device.
        Box::new(|report| {
            let body = report.devices[0].acknowledgement.clone().unwrap().body;
            let signature = other.key.sign(&body.0).unwrap().into();
            report.devices[0].acknowledgement = Some(Signed { body, signature });
        }),
        // The device said nothing.
        Box::new(|report| report.devices[0].acknowledgement = None),
        // Said of another order.
        Box::new(|report| report.devices[0].order.signature.0[0] ^= 1),
        // Nothing was said, and so it stands there.
        Box::new(|report| report.case.devices[0].acknowledged_at = None),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let fault = left.forged(change).await;
        assert!(matches!(fault, Fault::Device(_)), "{number}: {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_outlives_its_keys() {
    let left = Left::new().await;
    let report = left.report().await;
    for purpose in [KeyPurpose::Log, KeyPurpose::Orders] {
        rotate(&left.house, purpose).await;
    }
    left.house.app.keys.learn(&left.house.app.store).await.unwrap();
    let keys = left.keys().await;
    assert_eq!((keys.log.len(), keys.orders.len()), (2, 2));
    verify(&report.html, &keys).unwrap();
    verify(&left.report().await.json, &keys).unwrap();

    // A chain with a broken link is none.
    let mut published: Value = serde_json::from_str(&left.published().await).unwrap();
    let links = published["succession"].as_array_mut().unwrap();
    let signed = links.iter_mut().find(|link| link.get("signature").is_some());
    signed.unwrap()["signature"] = json!("AAAA");
    assert!(PublishedKeys::read(&published.to_string()).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_conduct_offboarding_get_it_and_only_of_what_has_begun() {
    let left = Left::new().await;
    let report = async |actor: &Actor, case: CaseId| {
        left.house
            .call(Some(actor), &route::CASE_REPORT, &[&case], &Value::Null)
            .await
            .code()
    };
    let lead = left.house.actor(&[(roles::LEAD, left.house.places.root)]).await;
    assert_eq!(report(&lead, left.case).await, "forbidden");
    assert_ne!(report(&left.leaver, left.case).await, "ok");
    let unknown = CaseId::from_bytes([9; 16]);
    assert_eq!(report(&left.admin, unknown).await, "not_found");
    let other = left.house.actor(&[]).await;
    let start = json!({"start": {"local": "2026-06-01T18:00:00", "zone": "UTC"}});
    let planned = opened(&left.house, &left.admin, other.principal, start).await;
    assert_eq!(report(&left.admin, planned.id).await, "wrong_state");
    assert_eq!(
        record(&left.house, &left.admin, planned.id).await.state,
        CaseState::Planned
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_checks_a_file_without_configuration() {
    let left = Left::new().await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let report = left.report().await;
    std::fs::write(at("keys.json"), left.published().await).unwrap();
    std::fs::write(at("report.html"), &report.html).unwrap();
    std::fs::write(at("bad.html"), report.html.replacen("not changed", "changed", 1)).unwrap();
    let run = |file: &str| {
        let mut command = Product::Server.command().unwrap();
        command
            .env_clear()
            .args(["report", "verify"])
            .arg(at(file))
            .arg("--keys")
            .arg(at("keys.json"));
        command.output().unwrap()
    };
    let good = run("report.html");
    let said = String::from_utf8_lossy(&good.stdout);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    assert!(said.starts_with("The report holds.") && said.contains("1 signed words that they have"));
    let bad = run("bad.html");
    let said = String::from_utf8_lossy(&bad.stderr);
    assert!(
        !bad.status.success() && said.contains("THE REPORT DOES NOT HOLD"),
        "{said}"
    );
    assert!(run("nothing.html").status.code() == Some(1));
}

#[test]
fn the_form_of_a_file_is_strict() {
    assert!(split("{\"report\":{},\"signature\":\"AA\"}").is_none());
    let signature = "A".repeat(86);
    let signed = split(&format!("{{\"report\":{{}},\"signature\":\"{signature}\"}}")).unwrap();
    assert_eq!(signed.body.0, b"{}");
    assert!(read(&signed.body.0).is_err());
}
