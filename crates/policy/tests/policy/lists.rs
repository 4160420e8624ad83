//! Over random organizations: the engine decides as the design reads, lists are what the decisions are, and an
//! answer holds for as long as it says.

use crate::organization::{SCOPES, actors, circumstances, organizations, scope};
use claviger_model::{action::Action, time::Timestamp};
use claviger_policy::{
    question::{Circumstances, Question},
    survey::Survey,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_decides_as_the_design_reads(org in organizations(), how in circumstances()) {
        let engine = org.engine();
        for who in actors() {
            for place in (0..SCOPES).map(scope) {
                for action in [Action::SecretView, Action::SecretUse, Action::SecretReveal, Action::SecretCreate, Action::GrantAssign] {
                    let expected = org.plainly(who, action, place, &how);
                    prop_assert_eq!(org.allows(&engine, who, action, place, &how), expected, "{} {} {}", who, action, place);
                }
            }
        }
    }

    #[test]
    fn a_list_is_the_filter_of_the_decisions(org in organizations(), how in circumstances()) {
        let (engine, tree) = (org.engine(), org.tree());
        for who in actors() {
            let caller = org.caller(who);
            let list = engine.entitled(&caller, &org.grants, &tree, &how, Action::ALL);
            for place in (0..SCOPES).map(scope) {
                let resource = org.resource(place);
                let (mut actions, mut leasable) = (BTreeSet::new(), BTreeSet::new());
                for action in Action::ALL.iter().copied() {
                    let question = Question { caller: &caller, action, resource: &resource, grants: &org.grants, circumstances: &how };
                    let decision = engine.decide(&question);
                    actions.extend(decision.allowed.then_some(action));
                    leasable.extend(decision.leasable.then_some(action));
                }
                let listed = list.scopes.get(&place).cloned().unwrap_or_default();
                prop_assert_eq!(listed.actions, actions, "{} {}", who, place);
                prop_assert_eq!(listed.leasable, leasable, "{} {}", who, place);
            }
        }
    }

    #[test]
    fn a_survey_answers_as_one_by_one(org in organizations(), how in circumstances()) {
        let engine = org.engine();
        let mut survey = Survey::new(&engine, how);
        for who in actors() {
            let caller = org.caller(who);
            for place in (0..SCOPES).map(scope) {
                let resource = org.resource(place);
                for action in [Action::SecretView, Action::SecretUse, Action::SecretWrite, Action::GrantAssign, Action::LogRead] {
                    let question = Question { caller: &caller, action, resource: &resource, grants: &org.grants, circumstances: &how };
                    let decision = engine.decide(&question);
                    let asked = survey.ask(&caller, action, &resource, &org.grants);
                    prop_assert_eq!((asked.allowed, asked.reason, asked.guardrails), (decision.allowed, decision.reason, decision.guardrails), "{} {} {}", who, action, place);
                }
            }
        }
    }

    #[test]
    fn a_cacheable_answer_holds_until_its_boundary(org in organizations(), how in circumstances(), source in circumstances()) {
        let engine = org.engine();
        for who in actors() {
            let caller = org.caller(who);
            for place in (0..SCOPES).map(scope) {
                let resource = org.resource(place);
                let ask = |circumstances: &Circumstances| {
                    engine.decide(&Question { caller: &caller, action: Action::SecretUse, resource: &resource, grants: &org.grants, circumstances })
                };
                let decision = ask(&how);
                if !decision.cacheable {
                    continue;
                }
                let last = decision.valid_until.map_or(how.now.millis() + 20_000, |until| until.millis() - 1);
                for now in [how.now.millis(), i64::midpoint(how.now.millis(), last), last] {
                    // Another place must not matter to a cacheable answer.
                    let later = Circumstances { now: Timestamp::from_millis(now), source: source.source, ..how };
                    let again = ask(&later);
                    prop_assert_eq!(again.allowed, decision.allowed, "{} {} at {}", who, place, now);
                    prop_assert_eq!(again.leasable, decision.leasable);
                }
            }
        }
    }

    #[test]
    fn an_explanation_names_what_decided(org in organizations(), how in circumstances()) {
        let engine = org.engine();
        for who in actors() {
            let caller = org.caller(who);
            for place in (0..SCOPES).map(scope) {
                let resource = org.resource(place);
                let question = Question { caller: &caller, action: Action::SecretUse, resource: &resource, grants: &org.grants, circumstances: &how };
                let explanation = engine.explain(&question);
                prop_assert_eq!(&explanation.decision, &engine.decide(&question));
                let mut giving: Vec<_> = org.giving(who, Action::SecretUse, place, &how).iter().map(|grant| grant.id).collect();
                giving.sort();
                if explanation.decision.allowed {
                    prop_assert_eq!(&explanation.decision.grants, &giving);
                }
                for path in &explanation.grants {
                    let gives = path.has_action && path.standing == claviger_policy::standing::Standing::Counts;
                    prop_assert_eq!(giving.contains(&path.grant), gives);
                    let grant = org.grants.iter().find(|grant| grant.id == path.grant).unwrap();
                    prop_assert_eq!(path.team, (grant.principal != who).then_some(grant.principal));
                    prop_assert_eq!(path.inherited, grant.scope != place);
                }
                for id in giving {
                    prop_assert!(explanation.grants.iter().any(|path| path.grant == id));
                }
            }
        }
    }
}
