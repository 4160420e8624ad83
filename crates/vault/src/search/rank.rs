//! How hits stand in order.

use super::line::Line;

/// How well a hit fits what was typed, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// Every word that was typed begins a word.
    Begins,
    /// Every word stands there as it was typed, one of them at least within a longer one.
    Within,
    /// The letters stand there in order, with a few others between them.
    Loose,
    /// A typing error was forgiven.
    Mistyped,
}

/// A hit before it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    pub(super) line: u32,
    pub(super) fit: Fit,
    /// For where the words stand.
    pub(super) points: u16,
    /// For how close their letters stand, where they do not stand as they were typed.
    pub(super) score: u16,
}

impl Ranked {
    /// The smaller, the better: fit, points, score, then how much of the name and of the line is left over.
    fn order(&self, lines: &[Line]) -> u64 {
        let line = lines.get(self.line as usize);
        let (name, whole) = line.map_or((0, 0), |line| (line.name().len(), line.text().len()));
        let byte = |length: usize| u64::from(u8::try_from(length).unwrap_or(u8::MAX));
        (self.fit as u64) << 56
            | u64::from(u8::MAX - u8::try_from(self.points).unwrap_or(u8::MAX)) << 48
            | u64::from(u16::MAX - self.score) << 32
            | byte(name) << 8
            | byte(whole)
    }
}

/// The best, in order; what is equal stands by its text, so that the order is stable.
pub(super) fn best(found: Vec<Ranked>, lines: &[Line], limit: usize) -> Vec<Ranked> {
    let mut found: Vec<(u64, Ranked)> = found.into_iter().map(|hit| (hit.order(lines), hit)).collect();
    if limit == 0 {
        return Vec::new();
    }
    if found.len() > limit {
        // By numbers alone first: a look at the text is a way to somewhere else in memory.
        let (_, (last, _), _) = found.select_nth_unstable_by_key(limit - 1, |(order, _)| *order);
        let last = *last;
        found.retain(|(order, _)| *order <= last);
    }
    let text = |hit: &Ranked| lines.get(hit.line as usize).map(Line::text);
    let order = |(a, first): &(u64, Ranked), (b, second): &(u64, Ranked)| {
        a.cmp(b).then_with(|| text(first).cmp(&text(second)))
    };
    if found.len() > limit {
        found.select_nth_unstable_by(limit - 1, order);
        found.truncate(limit);
    }
    found.sort_unstable_by(order);
    found.into_iter().map(|(_, hit)| hit).collect()
}
