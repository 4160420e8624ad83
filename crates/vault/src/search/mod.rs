//! Finding a secret while one types: over name, variable, path, tags and owner, in memory only.
//!
//! Words are looked for as they were typed first. Where these hits are too few, letters in order will do (frizbee), and where
//! there are none at all, one typing error a word is forgiven. [`Fit`] is the first thing that orders hits.

mod fold;
mod line;
mod query;
mod rank;

pub use line::{Line, Searchable};
pub use rank::Fit;

use query::{Loosely, Query};
use rank::Ranked;
use std::{collections::HashMap, hash::Hash};

/// Letters that stand in the name are worth more than the same strewn over the line.
const LOOSELY_IN_NAME: u16 = 3;
/// So many times what is wanted is looked at, since what seems to fit by its score may not.
const DOUBTFUL: usize = 4;

/// What a search found, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit<K> {
    /// Which one.
    pub id: K,
    /// How well it fits.
    pub fit: Fit,
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
        let secrets = secrets.into_iter();
        let (expected, _) = secrets.size_hint();
        let mut index = Self {
            lines: Vec::with_capacity(expected),
            ids: Vec::with_capacity(expected),
            places: HashMap::with_capacity(expected),
        };
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

    /// The best hits for what was typed so far.
    pub fn search(&self, text: &str, limit: usize) -> Vec<Hit<K>> {
        self.search_no_worse(text, limit, Fit::Mistyped)
    }

    /// The best hits that fit no worse than `worst`.
    pub fn search_no_worse(&self, text: &str, limit: usize, worst: Fit) -> Vec<Hit<K>> {
        let Some(query) = Query::new(text) else {
            return Vec::new();
        };
        let mut hits = self.shown(&query, self.literal(&query), limit);
        if hits.len() < limit && worst >= Fit::Loose {
            hits = self.shown(&query, self.loose(&query, false), limit);
        }
        if hits.is_empty() && worst >= Fit::Mistyped {
            hits = self.shown(&query, self.loose(&query, true), limit);
        }
        hits.retain(|hit| hit.fit <= worst);
        hits
    }

    /// The best of what was found, with what is to be highlighted. Some that seemed to fit turn out not to.
    fn shown(&self, query: &Query, found: Vec<Ranked>, limit: usize) -> Vec<Hit<K>> {
        let best = rank::best(found, &self.lines, limit.saturating_mul(DOUBTFUL));
        let shown = best.into_iter().filter_map(|hit| self.show(query, hit));
        shown.take(limit).collect()
    }

    fn literal(&self, query: &Query) -> Vec<Ranked> {
        let found = self.lines.iter().zip(0..).filter_map(|(line, at)| {
            let (points, begins) = query.literal(line)?;
            Some(Ranked {
                line: at,
                fit: if begins { Fit::Begins } else { Fit::Within },
                points,
                score: 0,
            })
        });
        found.collect()
    }

    /// Each word as it was typed or, where it is not there, by its letters.
    fn loose(&self, query: &Query, forgiving: bool) -> Vec<Ranked> {
        let all = (0_u32..).zip(&self.lines).map(|(line, _)| Ranked {
            line,
            fit: Fit::Begins,
            points: 0,
            score: 0,
        });
        let mut found: Vec<Ranked> = all.collect();
        for word in &query.words {
            let (mut kept, mut others) = (Vec::new(), Vec::new());
            for mut hit in found {
                let Some(line) = self.lines.get(hit.line as usize) else {
                    continue;
                };
                match line.place(word) {
                    Some(place) => {
                        hit.fit = hit.fit.max(if place.begins { Fit::Begins } else { Fit::Within });
                        hit.points = hit.points.saturating_add(place.points);
                        kept.push(hit);
                    }
                    None => others.push((hit, line)),
                }
            }
            let texts: Vec<&str> = others.iter().map(|(_, line)| line.text()).collect();
            let mut matcher = word.loosely(forgiving);
            let fitting: Vec<_> = matcher
                .among(&texts)
                .filter_map(|(at, score)| Some((others.get(at)?, score)))
                .collect();
            let names: Vec<&str> = fitting.iter().map(|((_, line), _)| line.name()).collect();
            let in_name: HashMap<usize, u16> = matcher.among(&names).collect();
            for (at, ((hit, _), score)) in fitting.into_iter().enumerate() {
                let in_name = in_name.get(&at);
                kept.push(Ranked {
                    fit: if forgiving { Fit::Mistyped } else { Fit::Loose },
                    points: hit
                        .points
                        .saturating_add(if in_name.is_some() { LOOSELY_IN_NAME } else { 0 }),
                    score: hit.score.saturating_add(in_name.copied().unwrap_or(score)),
                    ..*hit
                });
            }
            found = kept;
        }
        found
    }

    fn show(&self, query: &Query, hit: Ranked) -> Option<Hit<K>> {
        let at = hit.line as usize;
        let (line, id) = (self.lines.get(at)?, *self.ids.get(at)?);
        let mut bytes = Vec::new();
        for word in &query.words {
            match line.place(word) {
                Some(place) => bytes.extend(place.at..place.at + word.length()),
                None => bytes.extend(loose_bytes(word.loosely(hit.fit == Fit::Mistyped), line)?),
            }
        }
        let (name_matches, path_matches) = line.split_positions(&bytes);
        Some(Hit {
            id,
            fit: hit.fit,
            name_matches,
            path_matches,
        })
    }
}

fn loose_bytes(mut word: Loosely, line: &Line) -> Option<Vec<usize>> {
    word.bytes(line.name()).or_else(|| word.bytes(line.text()))
}

#[cfg(test)]
mod tests;
