//! The suite, one test a rule, on both systems.

use super::bench::{Bench, UpTo, called, github, name, postgres};
use claviger_connectors::{Always, Connector, FaultCode, Removal};
use claviger_model::connected::{Account, Presence};

async fn everybody(connector: &dyn Connector) -> Vec<Account> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = connector.list(after.as_deref()).await.unwrap();
        all.extend(page.accounts);
        match page.next {
            None => return all,
            Some(next) => {
                assert_ne!(after.as_deref(), Some(next.as_str()), "a page leads to itself");
                after = Some(next);
            }
        }
    }
}

/// Who is listed can be found, and who can be found is listed, with the same key.
async fn lists_who_is_there(bench: &Bench) {
    let all = everybody(&*bench.right).await;
    for who in &bench.there {
        let listed: Vec<_> = all.iter().filter(|account| account.name == name(who)).collect();
        assert_eq!(listed.len(), 1, "{who}: {all:?}");
        let found = bench.right.find(&name(who)).await.unwrap().unwrap();
        assert_eq!(listed.first().unwrap().key, found.key);
        assert!(!found.places.is_empty());
        assert_eq!(bench.right.verify(&found).await.unwrap(), Presence::There);
    }
    assert_eq!(bench.right.find(&name("nobody-at-all")).await.unwrap(), None);
}

/// Disabled is of no use; removed is gone; and nobody else is touched.
async fn takes_away_one_and_no_other(bench: &Bench) {
    let [ada, bob] = bench.there.each_ref().map(|who| name(who));
    let before = everybody(&*bench.right).await;
    for who in [&ada, &bob] {
        let account = bench.right.find(who).await.unwrap().unwrap();
        bench.right.disable(&account, &Always).await.unwrap();
        assert_ne!(bench.right.verify(&account).await.unwrap(), Presence::There);
        assert_eq!(bench.right.find(who).await.unwrap(), None);
        assert_eq!(
            bench.right.remove(&account, &Always).await.unwrap(),
            Removal::Removed
        );
        assert_eq!(bench.right.verify(&account).await.unwrap(), Presence::Gone);
    }
    let after = everybody(&*bench.right).await;
    let others = |all: Vec<Account>| -> Vec<Account> {
        all.into_iter()
            .filter(|one| one.name != ada && one.name != bob)
            .collect()
    };
    let mine = |all: Vec<Account>| -> Vec<Account> {
        // Other tests make and drop roles of their own in the same cluster.
        let prefix = bench.own.trim_end_matches("connector").to_owned();
        let others = others(all).into_iter();
        others
            .filter(|one| one.name.as_str().starts_with(&prefix))
            .collect()
    };
    assert_eq!(mine(before), mine(after.clone()));
    assert!(!after.iter().any(|one| one.name == ada || one.name == bob));
}

/// Whatever was done before, it can be done again.
async fn again_is_as_good(bench: &Bench) {
    let ada = name(bench.there.first().unwrap());
    let account = bench.right.find(&ada).await.unwrap().unwrap();
    for _ in 0..2 {
        bench.right.disable(&account, &Always).await.unwrap();
    }
    for _ in 0..2 {
        assert_eq!(
            bench.right.remove(&account, &Always).await.unwrap(),
            Removal::Removed
        );
    }
    bench.right.disable(&account, &Always).await.unwrap();
    assert_eq!(bench.right.verify(&account).await.unwrap(), Presence::Gone);
    // Removing alone takes everything away as well.
    let bob = name(bench.there.get(1).unwrap());
    let account = bench.right.find(&bob).await.unwrap().unwrap();
    assert_eq!(
        bench.right.remove(&account, &Always).await.unwrap(),
        Removal::Removed
    );
    assert_eq!(bench.right.verify(&account).await.unwrap(), Presence::Gone);
    assert_eq!(
        bench.right.verify(&called("nobody-at-all")).await.unwrap(),
        Presence::Gone
    );
}

/// What is done is done to the account that was found, whatever it is called by now; and to nobody who got its name.
async fn a_name_that_is_somebody_else_s_by_now_is_theirs(bench: &Bench) {
    let [ada, bob] = bench.there.each_ref().map(|who| name(who));
    let gone = bench.right.find(&ada).await.unwrap().unwrap();
    let renamed = bench.right.find(&bob).await.unwrap().unwrap();
    let other = format!("{bob}_x");
    bench.give_away(ada.as_str(), None).await;
    bench.give_away(bob.as_str(), Some(&other)).await;
    let theirs = [
        bench.right.find(&ada).await.unwrap().unwrap(),
        bench.right.find(&bob).await.unwrap().unwrap(),
    ];
    assert_eq!(bench.right.verify(&renamed).await.unwrap(), Presence::There);
    for (account, of_another) in [&gone, &renamed].into_iter().zip(&theirs) {
        assert_ne!(account.key, of_another.key);
        bench.right.disable(account, &Always).await.unwrap();
        assert_eq!(
            bench.right.remove(account, &Always).await.unwrap(),
            Removal::Removed
        );
        let said = bench.right.verify(account).await.unwrap_err();
        assert_eq!(said.code, FaultCode::AnotherAccount, "{}", account.name);
        let now = bench.right.find(&account.name).await.unwrap();
        assert_eq!(now.as_ref(), Some(of_another));
        assert_eq!(bench.right.verify(of_another).await.unwrap(), Presence::There);
    }
    assert_eq!(bench.right.find(&name(&other)).await.unwrap(), None);
}

/// Nobody saws off the branch that they sit on.
async fn never_its_own(bench: &Bench) {
    for account in [
        called(&bench.own),
        bench.right.find(&name(&bench.own)).await.unwrap().unwrap(),
    ] {
        let refused = bench.right.disable(&account, &Always).await.unwrap_err();
        assert_eq!(refused.code, FaultCode::Protected);
        let refused = bench.right.remove(&account, &Always).await.unwrap_err();
        assert_eq!(refused.code, FaultCode::Protected);
        assert_eq!(bench.right.verify(&account).await.unwrap(), Presence::There);
    }
}

/// Without the right credential nothing is told, and nothing is believed to be gone.
async fn says_nothing_without_being_let_in(bench: &Bench) {
    for connector in [&bench.wrong, &bench.without] {
        let ada = called(bench.there.first().unwrap());
        let codes = [
            connector.list(None).await.unwrap_err().code,
            connector.find(&ada.name).await.unwrap_err().code,
            connector.disable(&ada, &Always).await.unwrap_err().code,
            connector.remove(&ada, &Always).await.unwrap_err().code,
            connector.verify(&ada).await.unwrap_err().code,
        ];
        assert_eq!(codes, [FaultCode::Credentials; 5]);
    }
}

/// Whoever is told to stop stops before the next change: nothing is changed at the first word, and what is cut short can be done again.
async fn asks_before_each_change_whether_to_go_on(bench: &Bench) {
    let ada = name(bench.there.first().unwrap());
    let account = bench.right.find(&ada).await.unwrap().unwrap();
    let at_once = UpTo::calls(0);
    let said = [
        bench.right.disable(&account, &at_once).await.unwrap_err().code,
        bench.right.remove(&account, &at_once).await.unwrap_err().code,
    ];
    assert_eq!(said, [FaultCode::CameBack; 2]);
    assert_eq!(bench.right.find(&ada).await.unwrap().as_ref(), Some(&account));
    assert_eq!(bench.right.verify(&account).await.unwrap(), Presence::There);
    // One call more each time, until nothing is left to ask for.
    let mut calls = 0;
    loop {
        calls += 1;
        assert!(calls < 100, "it never ends");
        let go = UpTo::calls(calls);
        match bench.right.remove(&account, &go).await {
            Ok(done) => break assert_eq!(done, Removal::Removed),
            Err(fault) => assert_eq!((fault.code, go.asked()), (FaultCode::CameBack, calls + 1)),
        }
    }
    assert_eq!(bench.right.verify(&account).await.unwrap(), Presence::Gone);
}

macro_rules! conformance {
    ($($rule:ident)*) => {
        mod on_postgres {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                super::$rule(&postgres(stringify!($rule)).await).await;
            })*
        }

        mod on_github {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                let bench = github().await;
                super::$rule(&bench).await;
                let told = bench.github.as_ref().unwrap().told().await.unwrap();
                assert_eq!(told.violations, [""; 0], "GitHub's description says otherwise");
            })*
        }
    };
}

conformance! {
    asks_before_each_change_whether_to_go_on
    lists_who_is_there
    takes_away_one_and_no_other
    again_is_as_good
    a_name_that_is_somebody_else_s_by_now_is_theirs
    never_its_own
    says_nothing_without_being_let_in
}
