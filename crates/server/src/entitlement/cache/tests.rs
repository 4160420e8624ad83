#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use claviger_model::{
    builtin_roles,
    conditions::GrantConditions,
    entropy::Sequence,
    grant::Grant,
    ids::GrantId,
    name::Name,
    scope::{Discoverable, Scope, ScopePath},
};
use claviger_policy::{entitled::Entitlements, question::Caller};
use std::collections::BTreeMap;

const SMALL: Room = Room {
    decisions: 50,
    places: 50,
    listed_scopes: 500,
    subject_grants: 500,
};
const NOW: Timestamp = Timestamp::from_millis(0);

fn person(entropy: &Sequence) -> Principal {
    Principal {
        id: PrincipalId::random(entropy),
        name: Name::parse("Somebody").unwrap(),
        state: PrincipalState::Active,
        nature: Nature::Person { outside: false },
        email: None,
        created_at: NOW,
    }
}

fn subject(person: &Principal, grants: usize, entropy: &Sequence) -> Arc<Subject> {
    let grant = || Grant {
        id: GrantId::random(entropy),
        principal: person.id,
        role: builtin_roles::READER,
        scope: ScopeId::random(entropy),
        reason: "for the test".to_owned(),
        granted_by: person.id,
        granted_at: NOW,
        not_before: None,
        expires_at: None,
        conditions: GrantConditions::default(),
        ended: None,
    };
    Arc::new(Subject {
        caller: Caller {
            id: person.id,
            state: person.state,
            nature: person.nature,
            teams: Vec::new(),
        },
        grants: Arc::new((0..grants).map(|_| grant()).collect()),
    })
}

fn scope(entropy: &Sequence) -> Scope {
    Scope {
        id: ScopeId::random(entropy),
        parent: None,
        path: ScopePath::parse("payments").unwrap(),
        class: None,
        discoverable: Discoverable::Nobody,
        lease_seconds: None,
    }
}

fn listed(subject: &Arc<Subject>, scopes: usize, entropy: &Sequence) -> Arc<Listed> {
    Arc::new(Listed {
        rights: Entitlements {
            cacheable: true,
            ..Entitlements::default()
        },
        scopes: (0..scopes).map(|_| scope(entropy)).collect(),
        leases: BTreeMap::new(),
        subject: Arc::clone(subject),
    })
}

/// Many people, each with few grants or with more than there is room for: what is kept has its bound all the same.
#[test]
fn what_is_kept_does_not_grow_with_people_grants_and_scopes() {
    let (entropy, caches, epoch) = (Sequence::new(1), Caches::with(SMALL), Epoch::Committed(1));
    let circumstances = Circumstances {
        now: NOW,
        multi_factor_at: None,
        enrolled_device: true,
        source: None,
    };
    let engine = PolicyEngine::new(builtin_roles::all(), &[], 1).unwrap();
    for round in 0..400 {
        let person = person(&entropy);
        let many = if round % 40 == 0 { 600 } else { 10 };
        let subject = subject(&person, many, &entropy);
        let place = Arc::new(Place::from_chain(&[scope(&entropy)]).unwrap());
        caches.keep_subject(epoch, &person, &subject);
        caches.keep_listed(epoch, &person, &circumstances, &listed(&subject, many, &entropy));
        caches.keep_place(epoch, &place);
        let decision = Arc::new(super::super::ask(
            &engine,
            &subject,
            Action::SecretView,
            &place,
            &circumstances,
        ));
        caches.keep_decision(
            epoch,
            &person,
            &circumstances,
            Action::SecretView,
            &place,
            &decision,
        );
    }
    caches.subjects.run_pending_tasks();
    caches.listed.run_pending_tasks();
    caches.places.run_pending_tasks();
    caches.decisions.run_pending_tasks();
    assert!(caches.subjects.weighted_size() <= SMALL.subject_grants);
    assert!(caches.listed.weighted_size() <= SMALL.listed_scopes);
    assert!(caches.places.entry_count() <= SMALL.places);
    assert!(caches.decisions.entry_count() <= SMALL.decisions);
    for kept in [
        caches.subjects.entry_count(),
        caches.listed.entry_count(),
        caches.places.entry_count(),
        caches.decisions.entry_count(),
    ] {
        assert!(kept > 0, "some is kept");
    }
}
