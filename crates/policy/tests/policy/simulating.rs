//! The simulator of guardrails: what it says is what is so afterwards, and rule 13 over random organizations.

use crate::organization::{
    FREEZE, Organization, actors, at, circumstances, name, organizations, person, scope, team,
};
use claviger_model::{
    action::Action, conditions::GrantConditions, grant::Grant, guardrail::Guardrail, ids::PolicyId,
};
use claviger_policy::{
    builtin_guardrails,
    effect::{Comparison, Engines},
    engine::PolicyEngine,
    gain::{Reach, beyond},
    guardrails::validate_guardrail,
    loosening::Loosening,
    places::Places,
    question::{Circumstances, Question},
    refusing::{Refused, Refusing},
};
use proptest::{prelude::*, sample::select};

const OWN: PolicyId = PolicyId::from_bytes([0xab; 16]);

/// Texts of all kinds: by class, place, person, team and every circumstance; one that fails.
fn texts() -> Vec<String> {
    let (place, who, group) = (scope(2), person(1), team(1));
    [
        "when { resource.class == \"production\" }".to_owned(),
        format!("when {{ resource in Scope::\"{place}\" }}"),
        format!("when {{ principal == Person::\"{who}\" }}"),
        format!("when {{ principal in Team::\"{group}\" }}"),
        format!("unless {{ principal in Team::\"{group}\" || context.multi_factor }}"),
        "when { !context.multi_factor }".to_owned(),
        "when { !(context has multi_factor_age && context.multi_factor_age < 2) }".to_owned(),
        "when { !context.enrolled_device }".to_owned(),
        "when { !context.grant_ends }".to_owned(),
        "when { context has source && !context.source.isInRange(ip(\"10.0.0.0/8\")) }".to_owned(),
        "when { context.now > datetime(\"1970-01-01T00:00:04.000Z\") }".to_owned(),
        "when { if context.multi_factor then resource.class == \"staging\" else resource.class == \"production\" }"
            .to_owned(),
        "when { context has multi_factor_age && context.multi_factor_age * 9223372036854775807 >= 0 }".to_owned(),
    ]
    .into_iter()
    .flat_map(|condition| {
        ["action", "action in Action::\"data\"", "action in [Action::\"secret.view\", Action::\"grant.assign\"]"]
            .map(|action| format!("forbid (principal, {action}, resource) {condition};"))
    })
    .collect()
}

fn own(text: String, enabled: bool) -> Guardrail {
    Guardrail {
        id: OWN,
        name: name("Own"),
        text,
        builtin: false,
        enabled,
    }
}

/// A random change: an own guardrail before and after, either perhaps missing or off, and a switch at a built-in one.
fn changes() -> impl Strategy<Value = (Option<Guardrail>, Option<Guardrail>, bool)> {
    let one = || {
        proptest::option::weighted(
            0.7,
            (select(texts()), prop::bool::weighted(0.8)).prop_map(|(text, on)| own(text, on)),
        )
    };
    (one(), one(), prop::bool::weighted(0.3))
}

fn states(
    org: &Organization,
    (before, after, switched): &(Option<Guardrail>, Option<Guardrail>, bool),
) -> (Vec<Guardrail>, Vec<Guardrail>) {
    let with = |extra: &Option<Guardrail>| -> Vec<_> {
        org.guardrails.iter().cloned().chain(extra.clone()).collect()
    };
    let (old, mut new) = (with(before), with(after));
    if *switched {
        for guardrail in &mut new {
            if [builtin_guardrails::PRODUCTION_WITH_MULTI_FACTOR, FREEZE].contains(&guardrail.id) {
                guardrail.enabled = !guardrail.enabled;
            }
        }
    }
    (old, new)
}

fn favourable(now: i64) -> Circumstances {
    Circumstances {
        now: at(now),
        multi_factor_at: Some(at(now)),
        enrolled_device: true,
        source: None,
    }
}

fn reaching(org: &Organization, who: claviger_model::ids::PrincipalId) -> Vec<Grant> {
    let caller = org.caller(who);
    org.grants
        .iter()
        .filter(|grant| caller.answers_to(grant.principal))
        .cloned()
        .collect()
}

fn fulfilled(grants: &[Grant]) -> Vec<Grant> {
    grants
        .iter()
        .filter(|grant| grant.conditions.known().is_some())
        .map(|grant| Grant {
            conditions: GrantConditions::default(),
            ..grant.clone()
        })
        .collect()
}

fn within(small: &Reach, large: &Reach) -> bool {
    small
        .iter()
        .all(|(scope, actions)| large.get(scope).is_some_and(|all| actions.is_subset(all)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn what_is_simulated_is_what_is_so_afterwards(org in organizations(), change in changes(), now in 0i64..9_000, how in circumstances()) {
        let (old, new) = states(&org, &change);
        let engines = Engines::of(&org.roles, &old, &new).unwrap();
        let (tree, places) = (org.tree(), Places::of(org.tree()));
        let (before, after) = (
            PolicyEngine::new(org.roles.clone(), &old, 1).unwrap(),
            PolicyEngine::new(org.roles.clone(), &new, 2).unwrap(),
        );
        let best = favourable(now);
        let mut comparison = Comparison::new(&engines, &places, best);
        for who in actors() {
            let (caller, grants) = (org.caller(who), fulfilled(&reaching(&org, who)));
            let effect = comparison.effect(&caller, &grants);
            let rights = |engine: &PolicyEngine, how: &Circumstances| engine.entitled(&caller, &grants, &tree, how, Action::ALL);
            let (was, is) = (rights(&before, &best), rights(&after, &best));
            prop_assert_eq!(&effect.lost, &beyond(&was, &is), "{} loses", who);
            prop_assert_eq!(&effect.gained, &beyond(&is, &was), "{} gains", who);
            // Under other circumstances nothing goes that was not said, at this moment.
            let other = Circumstances { now: at(now), ..how };
            let lost = beyond(&rights(&before, &other), &rights(&after, &other));
            for (place, actions) in &lost {
                for action in actions {
                    let said = [&effect.lost, &effect.hindered].iter().any(|reach| reach.get(place).is_some_and(|said| said.contains(action)));
                    let at_best_before = was.scopes.get(place).is_some_and(|rights| rights.actions.contains(action));
                    // What was hindered before by what changed may be hindered anew.
                    let hindered_before = [&old, &new].iter().all(|state| state.iter().any(|guardrail| guardrail.id == OWN && guardrail.enabled));
                    prop_assert!(said || !at_best_before || hindered_before, "{} loses {} at {} unsaid", who, action, place);
                }
            }
        }
    }

    #[test]
    fn what_widens_nothing_gives_nothing_under_any_circumstances(org in organizations(), change in changes(), how in circumstances(), later in any::<bool>()) {
        let (old, new) = states(&org, &change);
        let loosening = Loosening::of(&org.roles, &old, &new).unwrap();
        let (tree, places) = (org.tree(), Places::of(org.tree()));
        let (before, after) = (
            PolicyEngine::new(org.roles.clone(), &old, 1).unwrap(),
            PolicyEngine::new(org.roles.clone(), &new, 2).unwrap(),
        );
        let how = if later { Circumstances { now: at(20_000), ..how } } else { how };
        for who in actors() {
            let caller = org.caller(who);
            let grants = reaching(&org, who);
            let widens = loosening.widens(&caller, &grants, &places, &favourable(0));
            let was = before.entitled(&caller, &grants, &tree, &how, Action::ALL);
            let is = after.entitled(&caller, &grants, &tree, &how, Action::ALL);
            let gained = beyond(&is, &was);
            prop_assert!(within(&gained, &widens), "{} gains {:?}, said {:?}", who, gained, widens);
        }
    }

    #[test]
    fn a_guardrail_more_only_takes_away_and_widens_nothing(org in organizations(), text in select(texts()), how in circumstances()) {
        let mut more = org.guardrails.clone();
        more.push(own(text, true));
        let (tree, places) = (org.tree(), Places::of(org.tree()));
        let loosening = Loosening::of(&org.roles, &org.guardrails, &more).unwrap();
        let engines = Engines::of(&org.roles, &org.guardrails, &more).unwrap();
        let mut comparison = Comparison::new(&engines, &places, favourable(5_000));
        let (before, after) = (org.engine(), PolicyEngine::new(org.roles.clone(), &more, 2).unwrap());
        for who in actors() {
            let (caller, grants) = (org.caller(who), reaching(&org, who));
            let was = before.entitled(&caller, &grants, &tree, &how, Action::ALL);
            let is = after.entitled(&caller, &grants, &tree, &how, Action::ALL);
            prop_assert_eq!(beyond(&is, &was), Reach::new());
            let effect = comparison.effect(&caller, &grants);
            prop_assert_eq!((effect.gained, effect.eased), (Reach::new(), Reach::new()));
            prop_assert_eq!(loosening.widens(&caller, &grants, &places, &how), Reach::new());
        }
    }

    #[test]
    fn what_would_surely_have_been_refused_is_refused_now(org in organizations(), text in select(texts()), how in circumstances()) {
        let checked = validate_guardrail(&text).unwrap();
        let refusing = Refusing::of(&checked).unwrap();
        let mut survey = refusing.survey(at(1));
        let alone = PolicyEngine::new(org.roles.clone(), &[own(text, true)], 1).unwrap();
        let free = PolicyEngine::new(org.roles.clone(), &[], 1).unwrap();
        for who in actors() {
            let caller = org.caller(who);
            for (place, _) in &org.nodes {
                let resource = org.resource(*place);
                for action in Action::ALL {
                    let question = Question { caller: &caller, action: *action, resource: &resource, grants: &org.grants, circumstances: &how };
                    if !free.decide(&question).allowed {
                        continue;
                    }
                    let refused = !alone.decide(&question).allowed;
                    match survey.ask(&caller, *action, &resource) {
                        Refused::Yes => prop_assert!(refused),
                        Refused::No => prop_assert!(!refused),
                        Refused::Perhaps => {}
                    }
                }
            }
        }
    }
}

#[test]
fn texts_of_all_kinds_are_guardrails() {
    for text in texts() {
        assert!(validate_guardrail(&text).is_ok(), "{text}");
    }
}
