//! The bound of what is kept.
#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use claviger_model::entropy::{Entropy, Sequence};

const MEBIBYTE: usize = 1024 * 1024;

/// A scope with one record of so many bytes for each of the given.
fn scope(entropy: &dyn Entropy, records: &[usize]) -> Arc<KeptScope> {
    let secrets = records.iter().map(|bytes| {
        KeptSecret(Arc::new(Written {
            id: SecretId::random(entropy),
            owner: None,
            text: to_raw_value(&"x".repeat(bytes - 2)).unwrap(),
        }))
    });
    Arc::new(KeptScope {
        state: ScopeState {
            secrets: records.len() as u64,
            newest: 1,
        },
        secrets: secrets.collect(),
    })
}

/// What the records take, counted without the weigher.
fn held(kept: &KeptScopes) -> u64 {
    kept.0.run_pending_tasks();
    let scopes: Vec<_> = kept.0.iter().collect();
    let texts = scopes.iter().flat_map(|(_, scope)| &scope.secrets);
    texts.map(|secret| secret.0.text.get().len() as u64).sum()
}

#[test]
fn all_scopes_together_stay_within_the_bound() {
    let (kept, entropy) = (KeptScopes::new(), Sequence::new(1));
    for _ in 0..100 {
        kept.0
            .insert(ScopeId::random(&entropy), scope(&entropy, &[MEBIBYTE]));
    }
    let held = held(&kept);
    assert!(held <= BYTES, "{held}");
    assert!(held > BYTES / 2, "what has room is kept: {held}");
}

#[test]
fn small_records_count_with_what_they_take_besides() {
    let besides = size_of::<KeptSecret>() + size_of::<Written>() + 2 * size_of::<usize>();
    assert!(besides <= BESIDES, "{besides}");
    let (kept, entropy) = (KeptScopes::new(), Sequence::new(1));
    kept.0
        .insert(ScopeId::random(&entropy), scope(&entropy, &[2; 1_000]));
    kept.0.run_pending_tasks();
    assert!(kept.0.weighted_size() >= (1_000 * (2 + besides)) as u64);
}

#[test]
fn what_is_larger_than_all_is_not_kept_and_costs_nobody_their_place() {
    let (kept, entropy) = (KeptScopes::new(), Sequence::new(1));
    kept.0
        .insert(ScopeId::random(&entropy), scope(&entropy, &[MEBIBYTE]));
    let large = scope(&entropy, &[MEBIBYTE; 65]);
    kept.0.insert(ScopeId::random(&entropy), large);
    assert_eq!(held(&kept), MEBIBYTE as u64);
}

#[test]
fn another_state_is_written_anew() {
    let (kept, entropy) = (KeptScopes::new(), Sequence::new(1));
    let (id, one) = (ScopeId::random(&entropy), scope(&entropy, &[10]));
    kept.0.insert(id, Arc::clone(&one));
    assert!(kept.get(id, one.state).is_some());
    for state in [
        ScopeState {
            secrets: 0,
            ..one.state
        },
        ScopeState {
            newest: 2,
            ..one.state
        },
    ] {
        assert!(kept.get(id, state).is_none(), "{state:?}");
    }
}
