use crate::ground::Ground;
use claviger_model::{
    connected::{
        AcceptedAs, Account, AccountName, AccountState, AskedState, CaseAccount, CaseSystem, Place,
        PlaceKind, Presence, SystemKind, SystemName, Trying,
    },
    ids::{AccountId, CaseId, PrincipalId},
    offboarding::{Case, CaseState, Cause},
};
use claviger_storage::connected::{Failing, KnownBy, Waiting};

contract!(
    a_system_is_written_down_once_and_reads_back_in_every_state,
    an_account_is_written_down_once_and_reads_back_in_every_state,
    what_is_due_is_told_system_by_system,
    nothing_is_verified_that_was_seen_to_be_there,
    what_waits_and_what_fails_is_told_system_by_system,
    what_a_leaver_was_known_by_stays_until_their_case_is_over,
);

async fn case(ground: &Ground) -> CaseId {
    case_of(ground, ground.ada).await
}

async fn case_of(ground: &Ground, person: PrincipalId) -> CaseId {
    let id = CaseId::random(&ground.entropy);
    let case = Case {
        id,
        person,
        cause: Cause::Provider,
        state: CaseState::Planned,
        reason: "leaves".to_owned(),
        opened_by: None,
        opened_at: ground.now(),
        heir: None,
        start: None,
        brake: None,
        approved: None,
        begun: None,
        closed: None,
        returned_at: None,
        look_at: None,
    };
    let mut locked = ground.locked().await;
    locked.insert_case(&case).await.unwrap();
    locked.commit().await.unwrap();
    id
}

fn system(ground: &Ground, case: CaseId, name: &str) -> CaseSystem {
    CaseSystem {
        case,
        system: SystemName::parse(name).unwrap(),
        kind: SystemKind::Github,
        state: AskedState::Open,
        trying: Trying {
            next_at: ground.later(5),
            ..Trying::default()
        },
        asked_at: None,
        accepted: None,
    }
}

fn account(ground: &Ground, case: CaseId, name: &str) -> CaseAccount {
    CaseAccount {
        id: AccountId::random(&ground.entropy),
        case,
        system: SystemName::parse("code").unwrap(),
        account: Account {
            name: AccountName::parse(name).unwrap(),
            key: Some(7),
            places: vec![Place {
                kind: PlaceKind::Team,
                name: Some("core".to_owned()),
            }],
        },
        state: AccountState::Found,
        left: None,
        kept: None,
        trying: Trying {
            next_at: ground.later(5),
            ..Trying::default()
        },
        found_at: ground.now(),
        disabled_at: None,
        removed_at: None,
        verified_at: None,
        accepted: None,
    }
}

fn accepted(ground: &Ground) -> Option<AcceptedAs> {
    Some(AcceptedAs {
        by: ground.ada,
        at: ground.later(9),
        reason: "shut down".to_owned(),
    })
}

async fn a_system_is_written_down_once_and_reads_back_in_every_state(ground: Ground) {
    let case = case(&ground).await;
    let mut locked = ground.locked().await;
    let open = system(&ground, case, "code");
    assert!(locked.insert_case_system(&open).await.unwrap());
    assert!(!locked.insert_case_system(&open).await.unwrap());
    let failing = CaseSystem {
        trying: Trying {
            attempts: 3,
            next_at: ground.later(9),
            said: Some("unreachable".to_owned()),
            since: Some(ground.later(1)),
        },
        ..open.clone()
    };
    let asked = CaseSystem {
        state: AskedState::Asked,
        asked_at: Some(ground.later(10)),
        ..open.clone()
    };
    let done = CaseSystem {
        state: AskedState::Accepted,
        accepted: accepted(&ground),
        ..failing.clone()
    };
    for row in [failing, asked, done] {
        assert!(locked.update_case_system(&row).await.unwrap());
        assert_eq!(
            locked.case_system(case, &row.system).await.unwrap(),
            Some(row.clone())
        );
        assert_eq!(locked.case_systems(case).await.unwrap(), [row]);
    }
    let nowhere = system(&ground, case, "nowhere");
    assert!(!locked.update_case_system(&nowhere).await.unwrap());
}

async fn an_account_is_written_down_once_and_reads_back_in_every_state(ground: Ground) {
    let case = case(&ground).await;
    let mut locked = ground.locked().await;
    let found = account(&ground, case, "ada");
    assert!(locked.insert_case_account(&found).await.unwrap());
    let again = CaseAccount {
        id: AccountId::random(&ground.entropy),
        ..found.clone()
    };
    assert!(!locked.insert_case_account(&again).await.unwrap());
    let all = locked.case_accounts(case).await.unwrap();
    assert_eq!(all, std::slice::from_ref(&found));
    let disabled = CaseAccount {
        state: AccountState::Disabled,
        disabled_at: Some(ground.later(6)),
        trying: Trying {
            attempts: 1,
            next_at: ground.later(8),
            said: Some("in-use".to_owned()),
            since: Some(ground.later(7)),
        },
        ..found.clone()
    };
    let removed = CaseAccount {
        state: AccountState::Removed,
        kept: Some("owns-things".to_owned()),
        removed_at: Some(ground.later(9)),
        ..disabled.clone()
    };
    let verified = CaseAccount {
        state: AccountState::Verified,
        left: Some(Presence::Disabled),
        verified_at: Some(ground.later(10)),
        ..removed.clone()
    };
    let stays = CaseAccount {
        state: AccountState::Accepted,
        accepted: accepted(&ground),
        ..disabled.clone()
    };
    for (row, unsettled) in [(disabled, 1), (removed, 1), (verified, 0), (stays, 0)] {
        assert!(locked.update_case_account(&row).await.unwrap());
        assert_eq!(locked.case_account(row.id).await.unwrap(), Some(row));
        assert_eq!(locked.count_unsettled(case).await.unwrap(), unsettled);
    }
}

async fn what_is_due_is_told_system_by_system(ground: Ground) {
    let case = case(&ground).await;
    let mut locked = ground.locked().await;
    let (code, other) = (system(&ground, case, "code"), system(&ground, case, "other"));
    for row in [&code, &other] {
        locked.insert_case_system(row).await.unwrap();
    }
    let ada = account(&ground, case, "ada");
    locked.insert_case_account(&ada).await.unwrap();
    assert_eq!(locked.count_unsettled(case).await.unwrap(), 3);
    assert_eq!(locked.systems_with_due(ground.later(4)).await.unwrap(), []);
    let due = ground.later(5);
    let names = [code.system.clone(), other.system.clone()];
    assert_eq!(locked.systems_with_due(due).await.unwrap(), names);
    let asking = locked.systems_due(&code.system, due, 9).await.unwrap();
    assert_eq!(asking, std::slice::from_ref(&code));
    let cut = CaseAccount {
        state: AccountState::Disabled,
        disabled_at: Some(due),
        ..account(&ground, case, "ben")
    };
    locked.insert_case_account(&cut).await.unwrap();
    locked.update_case_account(&cut).await.unwrap();
    for (usable, row) in [(true, ada), (false, cut)] {
        let rows = locked.accounts_due(&code.system, usable, due, 9).await.unwrap();
        assert_eq!(rows, [row]);
        let rows = locked.accounts_due(&other.system, usable, due, 9).await.unwrap();
        assert_eq!(rows, []);
    }
    let asked = CaseSystem {
        state: AskedState::Asked,
        asked_at: Some(due),
        ..other
    };
    locked.update_case_system(&asked).await.unwrap();
    assert_eq!(locked.systems_with_due(due).await.unwrap(), [code.system]);
}

async fn nothing_is_verified_that_was_seen_to_be_there(ground: Ground) {
    let case = case(&ground).await;
    for left in [None, Some(Presence::There)] {
        let mut locked = ground.locked().await;
        let found = account(&ground, case, "ada");
        locked.insert_case_account(&found).await.unwrap();
        let wrong = CaseAccount {
            state: AccountState::Verified,
            verified_at: Some(ground.later(10)),
            left,
            ..found
        };
        assert!(locked.update_case_account(&wrong).await.is_err());
    }
}

async fn what_waits_and_what_fails_is_told_system_by_system(ground: Ground) {
    let ben = PrincipalId::random(&ground.entropy);
    let mut locked = ground.locked().await;
    locked.insert_principal(&ground.person(ben, "Ben")).await.unwrap();
    locked.commit().await.unwrap();
    let (first, second) = (case(&ground).await, case_of(&ground, ben).await);
    let mut locked = ground.locked().await;
    assert_eq!(locked.connected_waiting().await.unwrap(), []);
    let trying = |said: &str, since| Trying {
        attempts: 1,
        next_at: ground.later(9),
        said: Some(said.to_owned()),
        since: Some(ground.later(since)),
    };
    let open = system(&ground, first, "warehouse");
    let away = CaseSystem {
        trying: trying("unreachable", 7),
        ..system(&ground, second, "warehouse")
    };
    let asked = CaseSystem {
        state: AskedState::Asked,
        asked_at: Some(ground.later(6)),
        ..system(&ground, first, "code")
    };
    for row in [&open, &away, &asked] {
        locked.insert_case_system(row).await.unwrap();
        locked.update_case_system(row).await.unwrap();
    }
    let accounts = [
        ("a", Some(("in-use", 8))),
        ("b", Some(("in-use", 6))),
        ("c", None),
    ];
    for (name, fails) in accounts {
        let row = CaseAccount {
            trying: fails.map_or_else(Trying::default, |(said, since)| trying(said, since)),
            ..account(&ground, first, name)
        };
        locked.insert_case_account(&row).await.unwrap();
        locked.update_case_account(&row).await.unwrap();
    }
    // What is settled waits for nothing.
    let settled = CaseAccount {
        state: AccountState::Accepted,
        accepted: accepted(&ground),
        trying: trying("protected", 1),
        ..account(&ground, first, "d")
    };
    locked.insert_case_account(&settled).await.unwrap();
    locked.update_case_account(&settled).await.unwrap();
    let waiting = |row: &CaseSystem, asking, fails: Option<(&str, u64)>, number| Waiting {
        system: row.system.clone(),
        kind: SystemKind::Github,
        asking,
        said: fails.map(|(said, _)| said.to_owned()),
        number,
        since: fails.map(|(_, since)| ground.later(since)),
    };
    let mut told = locked.connected_waiting().await.unwrap();
    told.sort_by_key(|one| (one.system.clone(), one.said.clone()));
    assert_eq!(
        told,
        [
            waiting(&asked, false, None, 1),
            waiting(&asked, false, Some(("in-use", 6)), 2),
            waiting(&open, true, None, 1),
            waiting(&open, true, Some(("unreachable", 7)), 1),
        ]
    );
    let failing = |row: &CaseSystem, person, asking, said: &str, since| Failing {
        system: row.system.clone(),
        case: row.case,
        person,
        asking,
        said: said.to_owned(),
        since: ground.later(since),
    };
    assert_eq!(
        locked.connected_failing().await.unwrap(),
        [
            failing(&asked, ground.ada, false, "in-use", 6),
            failing(&away, ben, true, "unreachable", 7),
        ]
    );
}

async fn what_a_leaver_was_known_by_stays_until_their_case_is_over(ground: Ground) {
    let (ben, case) = (PrincipalId::random(&ground.entropy), case(&ground).await);
    let mut locked = ground.locked().await;
    locked.insert_principal(&ground.person(ben, "Ben")).await.unwrap();
    locked
        .set_mail_address(ground.ada, Some("ada@acme.example"))
        .await
        .unwrap();
    let known = |mails: &[&str], user_names: &[&str]| KnownBy {
        mails: mails.iter().map(|one| (*one).to_owned()).collect(),
        user_names: user_names.iter().map(|one| (*one).to_owned()).collect(),
    };
    let mut people = Vec::new();
    let mut after = None;
    while let Some(one) = locked.known_people(after, 1).await.unwrap().pop() {
        after = Some(one.id);
        people.push((one.id, one.by));
    }
    people.sort_by_key(|(id, _)| *id != ground.ada);
    assert_eq!(
        people,
        [
            (ground.ada, known(&["ada@acme.example"], &[])),
            (ben, known(&[], &[])),
        ]
    );
    assert_eq!(locked.case_known(case).await.unwrap(), KnownBy::default());
    for more in [known(&["a@x"], &["a"]), known(&["a@x", "b@x"], &["b"])] {
        locked.add_case_known(case, &more).await.unwrap();
    }
    let all = known(&["a@x", "b@x"], &["a", "b"]);
    assert_eq!(locked.case_known(case).await.unwrap(), all);
    locked.clear_case_known(case).await.unwrap();
    assert_eq!(locked.case_known(case).await.unwrap(), KnownBy::default());
}
