//! The event stream's form (server-sent events, WHATWG HTML 9.2): only the names of events matter, they are hints.

use claviger_protocol::stream::Hint;

/// Longer lines are no hints of ours.
const MAX_LINE: usize = 1024;

/// Reads lines as they come.
#[derive(Debug, Default)]
pub(super) struct Hints {
    line: Vec<u8>,
    event: Option<Hint>,
}

impl Hints {
    /// Takes bytes; gives the hints that they complete.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Vec<Hint> {
        let mut hints = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' => hints.extend(self.end_line()),
                b'\r' => {}
                _ if self.line.len() < MAX_LINE => self.line.push(*byte),
                _ => {}
            }
        }
        hints
    }

    fn end_line(&mut self) -> Option<Hint> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return self.event.take();
        }
        if let Some(name) = line.strip_prefix(b"event:") {
            let name = name.trim_ascii();
            self.event = [Hint::Sync, Hint::Orders, Hint::Notices]
                .into_iter()
                .find(|hint| hint.as_str().as_bytes() == name);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SENT: &[u8] =
        b": hello\n\nevent: sync\ndata:\n\nevent:orders\r\ndata: x\r\n\r\nevent: other\n\nevent: sync\n";

    #[test]
    fn comments_and_other_events_are_no_hints_and_an_unfinished_one_waits() {
        let mut hints = Hints::default();
        assert_eq!(hints.read(SENT), [Hint::Sync, Hint::Orders]);
        assert_eq!(hints.read(b"\n"), [Hint::Sync]);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_bytes_are_cut(cut in 0..SENT.len()) {
            let (first, second) = SENT.split_at(cut);
            let mut hints = Hints::default();
            let mut read = hints.read(first);
            read.extend(hints.read(second));
            prop_assert_eq!(read, [Hint::Sync, Hint::Orders]);
        }
    }
}
