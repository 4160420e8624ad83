#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use claviger_model::{
    action::Action,
    ids::ScopeId,
    name::Name,
    principal::{PrincipalKind, PrincipalState},
    scope::{Discoverable, EnvironmentClass, Scope, ScopePath},
    secret::{Description, Secret, SecretKind},
    time::Timestamp,
};
use claviger_protocol::{
    secrets::SecretRecord,
    sync::{Entitlement, ScopeRights},
};

const ANA: PrincipalId = PrincipalId::from_bytes([0xa; 16]);

fn scope(number: u8, parent: Option<u8>, path: &str, class: Option<EnvironmentClass>) -> Scope {
    Scope {
        id: id(number),
        parent: parent.map(id),
        path: ScopePath::parse(path).unwrap(),
        class,
        discoverable: Discoverable::Nobody,
        lease_seconds: None,
    }
}

fn id(number: u8) -> ScopeId {
    ScopeId::from_bytes([number; 16])
}

fn rights(scope: u8, actions: &[Action], lease_ms: Option<u64>) -> ScopeRights {
    ScopeRights {
        scope: id(scope),
        actions: actions.to_vec(),
        lease_ms,
    }
}

/// payments (view) → payments/production (view, use) → payments/production/stripe (as its parent); and staging (nothing).
fn entitlement() -> Entitlement {
    Entitlement {
        digest: vec![1].into(),
        scopes: vec![
            scope(1, None, "payments", None),
            scope(
                2,
                Some(1),
                "payments/production",
                Some(EnvironmentClass::Production),
            ),
            scope(3, Some(2), "payments/production/stripe", None),
            scope(4, Some(1), "payments/staging", Some(EnvironmentClass::Staging)),
        ],
        rights: vec![
            rights(1, &[Action::SecretView], None),
            rights(2, &[Action::SecretView, Action::SecretUse], Some(1000)),
            rights(4, &[], None),
        ],
        grants: Vec::new(),
        roles: Vec::new(),
        principals: Vec::new(),
        looks_afresh: false,
        valid_until: None,
    }
}

fn secret(number: u8, scope: u8, name: &str) -> SecretRecord {
    let description = Description {
        name: Name::parse(name).unwrap(),
        variable: None,
        kind: SecretKind::Generic,
        owner: Some(ANA),
        tags: Vec::new(),
        note: String::new(),
        rotate_after_days: None,
        expires_at: None,
    };
    let at = Timestamp::from_millis(1);
    let secret = Secret {
        id: SecretId::from_bytes([number; 16]),
        scope: id(scope),
        description,
        version: 1,
        created_at: at,
        changed_at: at,
        deleted_at: None,
    };
    SecretRecord {
        secret,
        revision: 1,
        size: 1,
    }
}

fn person(name: &str) -> PrincipalRecord {
    PrincipalRecord {
        id: ANA,
        kind: PrincipalKind::Person,
        name: name.to_owned(),
        email: None,
        state: PrincipalState::Active,
        class: None,
        teams: Vec::new(),
    }
}

fn book() -> Book {
    let mut book = Book::default();
    book.learn(&Learned {
        entitlement: Some(entitlement()),
        secrets: vec![
            secret(1, 1, "stripe key"),
            secret(3, 3, "webhook"),
            secret(4, 4, "qqzz"),
        ],
        principals: vec![person("Ana Wqwq")],
        ..Learned::default()
    });
    book
}

fn found(book: &Book, text: &str) -> usize {
    book.search.search(text, 10).len()
}

#[test]
fn rights_and_classes_hold_below_and_what_is_not_visible_does_not_come_in() {
    let book = book();
    assert!(book.places.allows(id(3), Action::SecretUse), "from its parent");
    assert!(!book.places.allows(id(1), Action::SecretUse));
    assert_eq!(book.places.get(id(3)).unwrap().lease_ms, Some(1000));
    assert_eq!(
        book.places.get(id(3)).unwrap().class,
        Some(EnvironmentClass::Production)
    );
    assert!(book.places.is_within(id(3), id(1)) && !book.places.is_within(id(1), id(3)));
    assert_eq!(
        (book.secrets.len(), found(&book, "webhook"), found(&book, "qqzz")),
        (2, 1, 0)
    );
}

#[test]
fn a_lost_scope_takes_its_names_and_a_new_one_is_named() {
    let mut book = book();
    let mut less = entitlement();
    less.rights = vec![
        rights(1, &[Action::SecretView], None),
        rights(2, &[], None),
        rights(4, &[Action::SecretView], None),
    ];
    assert_eq!(book.newly_visible(&less), [id(4)]);
    assert_eq!(book.outside(&less), [SecretId::from_bytes([3; 16])]);
    book.learn(&Learned {
        entitlement: Some(less),
        ..Learned::default()
    });
    assert_eq!(
        (
            book.secrets.len(),
            found(&book, "webhook"),
            found(&book, "stripe")
        ),
        (1, 0, 1)
    );
}

#[test]
fn the_search_follows_renames_of_owners_and_scopes_and_removals() {
    let mut book = book();
    assert_eq!((found(&book, "wqwq"), found(&book, "xvxv")), (2, 0));
    book.learn(&Learned {
        principals: vec![person("Ana Xvxv")],
        ..Learned::default()
    });
    assert_eq!((found(&book, "wqwq"), found(&book, "xvxv")), (0, 2));
    let mut renamed = entitlement();
    renamed.scopes = vec![scope(1, None, "billing", None)];
    book.learn(&Learned {
        entitlement: Some(renamed),
        ..Learned::default()
    });
    assert_eq!((found(&book, "payments"), found(&book, "billing")), (0, 1));
    book.learn(&Learned {
        removed: vec![SecretId::from_bytes([1; 16])],
        ..Learned::default()
    });
    assert!(book.secrets.is_empty() && book.search.is_empty());
}

#[test]
fn a_reader_keeps_its_snapshot() {
    let mut live = Arc::new(book());
    let read = Arc::clone(&live);
    Arc::make_mut(&mut live).learn(&Learned {
        removed: vec![SecretId::from_bytes([1; 16])],
        ..Learned::default()
    });
    assert_eq!((read.secrets.len(), live.secrets.len()), (2, 1));
    assert_eq!(read.name_of(ANA), "Ana Wqwq");
    drop(live);
    assert_eq!(read.name_of(ANA), "Ana Wqwq", "the last snapshot alone erases");
}
