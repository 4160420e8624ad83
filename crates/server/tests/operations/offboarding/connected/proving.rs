//! The report of a case tells of each account, and no claim of it stands without its leaf.

use super::Connected;
use crate::offboarding::obey;
use claviger_model::{
    connected::{AccountName, Presence},
    offboarding::EffectKind,
    time::Timestamp,
};
use claviger_protocol::{
    offboarding::{
        cases::CaseRecord,
        connected::CaseAccountRecord,
        report::{Report, ReportReply, read, split, written},
    },
    route,
};
use claviger_server::report::{
    keys::PublishedKeys,
    verify::{Fault, verify},
};
use serde_json::Value;
use std::time::Duration;

pub(super) async fn report(all: &Connected, case: &CaseRecord) -> (Report, String, PublishedKeys) {
    let answer = all
        .house
        .call(Some(&all.admin), &route::CASE_REPORT, &[&case.id], &Value::Null)
        .await;
    let reply: ReportReply = answer.parse();
    let answer = all.house.call(None, &route::ENROLMENT, &[], &Value::Null).await;
    let keys = PublishedKeys::read(&String::from_utf8(answer.body).unwrap()).unwrap();
    let both = [&reply.json, &reply.html];
    for file in both {
        verify(file, &keys).unwrap();
    }
    let report = read(&split(&reply.json).unwrap().body.0).unwrap();
    (report, reply.html, keys)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_tells_each_account_and_the_log_proves_it() {
    let all = Connected::new(None).await;
    let sql = "CREATE TABLE kept (n int); ALTER TABLE kept OWNER TO ada";
    all.cluster.sql("postgres", sql).await.unwrap();
    let case = all.case().await;
    obey(&all.house, &all.leaver).await;
    all.house.clock.advance(Duration::from_secs(3));
    all.look(Duration::ZERO).await;
    let (honest, html, keys) = report(&all, &case).await;
    assert!(html.contains("of no use, and not removed: owns-things"));
    let proved = verify(&html, &keys).unwrap().proved;
    // Two systems and an account in each.
    assert_eq!(proved.accounts, 4);

    let forged = |change: &dyn Fn(&mut Report)| {
        let mut report = honest.clone();
        change(&mut report);
        let signing = all.house.app.keys.now();
        let json = written(&report, |body| signing.orders.sign(body)).unwrap();
        verify(&json, &keys).unwrap_err()
    };
    let later = |at: &mut Timestamp| *at = at.plus(Duration::from_secs(1));
    type Change<'a> = Box<dyn Fn(&mut CaseAccountRecord) + 'a>;
    let changes: [Change<'_>; 7] = [
        Box::new(|account| later(account.verified_at.as_mut().unwrap())),
        Box::new(|account| later(account.disabled_at.as_mut().unwrap())),
        Box::new(|account| later(&mut account.found_at)),
        Box::new(|account| account.left = Some(Presence::There)),
        Box::new(|account| account.verified_at = None),
        Box::new(|account| account.account.name = AccountName::parse("bob").unwrap()),
        Box::new(|account| {
            account.removed_at = account.verified_at.map(|at| at.plus(Duration::from_secs(9)))
        }),
    ];
    for change in &changes {
        for nth in 0..2 {
            let fault = forged(&|report| change(&mut report.case.connected[nth].accounts[0]));
            assert!(matches!(fault, Fault::Claim(_)), "{fault:?}");
        }
    }
    // What was only disabled cannot be said to be gone.
    let gone = forged(&|report| report.case.connected[1].accounts[0].left = Some(Presence::Gone));
    assert!(matches!(gone, Fault::Claim(_)), "{gone:?}");
    let asked = forged(&|report| later(report.case.connected[0].asked_at.as_mut().unwrap()));
    assert!(matches!(asked, Fault::Claim(_)), "{asked:?}");
    let effect = forged(&|report| {
        let mut effects = report.effects.iter_mut();
        let effect = effects
            .find(|one| one.kind == EffectKind::ConnectedAccount)
            .unwrap();
        later(&mut effect.at);
    });
    assert!(matches!(effect, Fault::Claim(_)), "{effect:?}");
}
