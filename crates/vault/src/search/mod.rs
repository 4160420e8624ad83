//! Finding a secret while one types: fuzzy over name, variable, path, tags and owner, in memory only.

mod line;
mod query;

pub use line::{Line, Searchable};

use frizbee::Match;
use std::{collections::HashMap, hash::Hash};

/// What a search found, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<K> {
    /// Which one.
    pub id: K,
    /// Positions in its shown name, in Unicode code points.
    pub name_matches: Vec<u32>,
    /// Positions in its path.
    pub path_matches: Vec<u32>,
}

/// The lines that are searched; one for each secret, or person.
#[derive(Debug, Clone)]
pub struct SearchIndex<K> {
    lines: Vec<Line>,
    ids: Vec<K>,
    places: HashMap<K, usize>,
}

impl<K> Default for SearchIndex<K> {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            ids: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> SearchIndex<K> {
    /// An index over secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = (K, Searchable<'a>)>) -> Self {
        let mut index = Self::default();
        for (id, secret) in secrets {
            index.upsert(id, &secret);
        }
        index
    }

    /// Adds a secret, or replaces what was known of it.
    pub fn upsert(&mut self, id: K, secret: &Searchable<'_>) {
        let line = Line::new(secret);
        match self.places.get(&id).and_then(|at| self.lines.get_mut(*at)) {
            Some(present) => *present = line,
            None => {
                self.places.insert(id, self.lines.len());
                self.lines.push(line);
                self.ids.push(id);
            }
        }
    }

    /// Forgets a secret.
    pub fn remove(&mut self, id: K) {
        let Some(at) = self.places.remove(&id) else { return };
        self.lines.swap_remove(at);
        self.ids.swap_remove(at);
        if let Some(moved) = self.ids.get(at) {
            self.places.insert(*moved, at);
        }
    }

    /// How many secrets are in it.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The best hits for what was typed so far. Where nothing fits, one typing error a word is forgiven.
    pub fn search(&self, text: &str, limit: usize) -> Vec<Hit<K>> {
        let Some(mut matcher) = query::matcher(text, 0) else {
            return Vec::new();
        };
        let mut found = matcher.match_list(&self.lines);
        if found.is_empty()
            && let Some(forgiving) = query::matcher(text, 1)
        {
            matcher = forgiving;
            found = matcher.match_list(&self.lines);
        }
        self.best(found, limit)
            .into_iter()
            .filter_map(|at| {
                let (line, id) = (self.lines.get(at)?, *self.ids.get(at)?);
                let exact = matcher.match_one_indices(line, 0)?;
                let (name_matches, path_matches) = line.split_positions(&exact.indices);
                Some(Hit {
                    id,
                    name_matches,
                    path_matches,
                })
            })
            .collect()
    }

    /// Places of the best matches: by score, then the shorter line, then by name, so that the order is stable.
    fn best(&self, mut found: Vec<Match>, limit: usize) -> Vec<usize> {
        let rank = |hit: &Match| {
            let line = self.lines.get(hit.index as usize);
            (
                std::cmp::Reverse(hit.score),
                line.map(Line::length),
                line.map(Line::text),
            )
        };
        if found.len() > limit && limit > 0 {
            found.select_nth_unstable_by(limit - 1, |a, b| rank(a).cmp(&rank(b)));
            found.truncate(limit);
        }
        found.sort_unstable_by(|a, b| rank(a).cmp(&rank(b)));
        found
            .into_iter()
            .take(limit)
            .map(|hit| hit.index as usize)
            .collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::{entropy::Sequence, ids::SecretId};
    use proptest::prelude::*;

    const SECRETS: &[(&str, &str, &str)] = &[
        ("STRIPE_SECRET_KEY", "payments/production/stripe", "Mara Okafor"),
        (
            "STRIPE_WEBHOOK_SECRET",
            "payments/production/stripe",
            "Mara Okafor",
        ),
        ("DATABASE_URL", "payments/staging/postgres", "Lin Sato"),
        ("Zürich Zertifikat", "payments/production/network", "Inès Moreau"),
    ];

    fn index() -> (SearchIndex<SecretId>, Vec<SecretId>) {
        let entropy = Sequence::new(1);
        let ids: Vec<_> = SECRETS.iter().map(|_| SecretId::random(&entropy)).collect();
        let secrets = ids.iter().zip(SECRETS).map(|(id, (name, path, owner))| {
            (
                *id,
                Searchable {
                    name,
                    path,
                    more: vec![owner],
                },
            )
        });
        (SearchIndex::new(secrets), ids)
    }

    #[test]
    fn words_may_stand_in_name_path_and_owner_in_any_order() {
        let (index, ids) = index();
        let first = |text: &str| index.search(text, 10).first().map(|hit| hit.id);
        assert_eq!(first("strkey"), Some(ids[0]));
        assert_eq!(first("hook mara"), Some(ids[1]));
        assert_eq!(first("sato url"), Some(ids[2]));
        assert_eq!(first("staging"), Some(ids[2]));
        assert_eq!(first("nothing like it"), None);
        assert_eq!(first("  "), None);
    }

    #[test]
    fn a_typing_error_is_forgiven_only_when_nothing_fits() {
        let (index, ids) = index();
        assert_eq!(
            index.search("databese", 10).first().map(|hit| hit.id),
            Some(ids[2])
        );
    }

    #[test]
    fn positions_count_code_points_of_the_name_and_of_the_path() {
        let (index, ids) = index();
        let hit = index.search("zertifikat", 10).into_iter().next().unwrap();
        assert_eq!((hit.id, hit.name_matches), (ids[3], (7..17).collect()));
        let hit = index.search("stripe secret", 10).into_iter().next().unwrap();
        assert!(hit.name_matches.iter().all(|at| *at < 17));
    }

    #[test]
    fn syntax_of_the_matcher_is_plain_text_here() {
        let (index, _) = index();
        assert!(
            index.search("!st", 10).is_empty(),
            "a negation would have found the others"
        );
    }

    proptest! {
        #[test]
        fn an_index_that_was_changed_finds_what_a_fresh_one_finds(
            removed in prop::collection::vec(0usize..4, 0..4), text in "[a-z_ ]{1,8}",
        ) {
            let (mut changed, ids) = index();
            for at in &removed {
                changed.remove(ids[*at]);
            }
            let left = ids.iter().zip(SECRETS).enumerate().filter(|(at, _)| !removed.contains(at));
            let fresh = SearchIndex::new(left.map(|(_, (id, (name, path, owner)))| {
                (*id, Searchable { name, path, more: vec![owner] })
            }));
            prop_assert_eq!(changed.len(), fresh.len());
            prop_assert_eq!(changed.search(&text, 10), fresh.search(&text, 10));
        }

        #[test]
        fn no_text_panics(text in any::<String>(), limit in 0usize..5) {
            let (index, _) = index();
            prop_assert!(index.search(&text, limit).len() <= limit);
        }
    }
}
