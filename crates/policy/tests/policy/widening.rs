//! Rule 13: what is not called a widening widens nothing, under any circumstances.

use crate::organization::{CUSTOM, actors, at, circumstances, grant, name, organizations, person, scope};
use claviger_model::{
    action::Action,
    builtin_roles::{self, CONSUMER, LEAD, READER, VIEWER},
    grant::Grant,
    ids::ScopeId,
    role::{MayGrant, Role},
};
use claviger_policy::{
    engine::PolicyEngine,
    gain::beyond,
    question::Circumstances,
    widening::{Widened, widened},
};
use proptest::{prelude::*, sample::subsequence};

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_that_widens_nothing_gives_nothing(
        org in organizations(),
        how in circumstances(),
        actions in subsequence(Action::ALL.to_vec(), 1..10),
    ) {
        let Ok(edited) = Role::custom(CUSTOM, name("Custom"), actions.into_iter().collect(), MayGrant::nothing()) else {
            return Ok(());
        };
        let mut roles: Vec<_> = org.roles.iter().filter(|role| role.id != CUSTOM).cloned().collect();
        roles.push(edited);
        let (tree, old) = (org.tree(), org.engine());
        let new = PolicyEngine::new(roles.clone(), &org.guardrails, 2).unwrap();
        for who in actors() {
            let caller = org.caller(who);
            let reaching: Vec<_> = org.grants.iter().filter(|grant| caller.answers_to(grant.principal)).cloned().collect();
            let found = widened((&org.roles, &reaching), (&roles, &reaching), |of| tree.chain(of).unwrap_or_default());
            let later = Circumstances { now: at(20_000), ..how };
            for how in [how, later] {
                let before = old.entitled(&caller, &org.grants, &tree, &how, Action::ALL);
                let after = new.entitled(&caller, &org.grants, &tree, &how, Action::ALL);
                let gained = beyond(&after, &before);
                for (place, actions) in &gained {
                    let chain = tree.chain(*place).unwrap();
                    for action in actions {
                        // Either it was said, or it was promised before by a grant that does not count right now.
                        let said = found.iter().any(|w: &Widened| chain.contains(&w.scope) && w.actions.contains(action));
                        let promised = reaching.iter().any(|grant| {
                            let role = org.roles.iter().find(|role| role.id == grant.role);
                            grant.ended.is_none() && chain.contains(&grant.scope) && role.is_some_and(|role| role.allows(*action))
                        });
                        prop_assert!(said || promised, "{} gains {} at {}", who, action, place);
                    }
                }
            }
        }
    }
}

fn custom(actions: &[Action], may_grant: MayGrant) -> Role {
    Role::custom(
        CUSTOM,
        name("Custom"),
        actions.iter().copied().collect(),
        may_grant,
    )
    .unwrap()
}

fn compare(old: Role, new: Role, grants: &[Grant]) -> Vec<Widened> {
    let with = |role| builtin_roles::all().into_iter().chain([role]).collect::<Vec<_>>();
    let above = |of: ScopeId| {
        if of == scope(1) {
            vec![scope(1), scope(0)]
        } else {
            vec![of]
        }
    };
    widened((&with(old), grants), (&with(new), grants), above)
}

#[test]
fn more_actions_or_more_to_grant_widen_and_less_does_not() {
    let held = [grant(1, person(1), CUSTOM, scope(1))];
    let little = custom(&[Action::SecretView], MayGrant::nothing());
    let more = custom(&[Action::SecretView, Action::GrantAssign], MayGrant::nothing());
    let expected = Widened {
        scope: scope(1),
        actions: [Action::GrantAssign].into(),
        may_grant: [].into(),
    };
    assert_eq!(compare(little.clone(), more.clone(), &held), [expected]);
    assert_eq!(compare(more.clone(), little.clone(), &held), []);
    assert_eq!(
        compare(little.clone(), more.clone(), &[]),
        [],
        "nobody's role is nobody's gain"
    );
    let grants = custom(
        &[Action::SecretView, Action::GrantAssign],
        MayGrant::Roles([READER].into()),
    );
    let widened = compare(more, grants, &held);
    assert_eq!(widened[0].may_grant, [READER].into());
    // A grant that has not begun counts, one that was ended does not.
    let mut later = held[0].clone();
    later.not_before = Some(at(i64::MAX));
    let all = custom(&[Action::SecretView, Action::LogRead], MayGrant::nothing());
    assert_eq!(
        compare(little.clone(), all.clone(), std::slice::from_ref(&later)).len(),
        1
    );
    later.ended = Some(claviger_model::grant::Ended {
        at: at(0),
        by: person(0),
        reason: "over".to_owned(),
    });
    assert_eq!(compare(little, all, &[later]), []);
}

#[test]
fn what_is_held_above_already_is_no_gain() {
    let held = [
        grant(1, person(1), CUSTOM, scope(1)),
        grant(2, person(1), CONSUMER, scope(0)),
        grant(3, person(1), LEAD, scope(0)),
    ];
    let little = custom(&[Action::SecretView], MayGrant::nothing());
    let more = custom(&[Action::SecretView, Action::SecretUse], MayGrant::nothing());
    assert_eq!(compare(little.clone(), more, &held), []);
    let assign = custom(&[Action::GrantAssign], MayGrant::Roles([VIEWER].into()));
    assert_eq!(compare(little, assign, &held), []);
}
