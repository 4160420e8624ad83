//! CSV (RFC 4180) that no spreadsheet takes for formulas (rule 36).

use crate::view::history::{EntryProof, HistoryRow};
use jiff::Timestamp;
use serde::Serialize;
use std::borrow::Cow;

const HEADER: [&str; 16] = [
    "time",
    "action",
    "secret",
    "variable",
    "path",
    "version",
    "by",
    "program",
    "device",
    "address",
    "offline",
    "device_reported",
    "refused",
    "proof",
    "log_index",
    "event",
];

/// Writes a header and one line for each row, which has a place in the log or waits for one.
pub(super) fn write(rows: impl Iterator<Item = (Option<u64>, HistoryRow)>) -> Vec<u8> {
    let mut text = String::new();
    line(&mut text, &HEADER);
    for (index, row) in rows {
        let cells = cells(index, &row);
        line(&mut text, &cells.each_ref().map(|cell| &**cell));
    }
    text.into_bytes()
}

fn cells(index: Option<u64>, row: &HistoryRow) -> [Cow<'_, str>; 16] {
    let secret = row.secret.as_ref();
    let flag = |on| Cow::from(if on { "yes" } else { "no" });
    [
        time(row.at).into(),
        code(&row.action).into(),
        secret.map_or("", |secret| &secret.title).into(),
        secret
            .and_then(|secret| secret.env_name.as_deref())
            .unwrap_or_default()
            .into(),
        secret.map_or("", |secret| &secret.path).into(),
        row.version
            .map(|version| version.to_string())
            .unwrap_or_default()
            .into(),
        words(row.by.as_deref()),
        words(row.program.as_deref()),
        words(row.device.as_deref()),
        words(row.address.as_deref()),
        flag(row.offline),
        flag(row.device_reported),
        words(row.refused.as_deref()),
        proof(row.proof).into(),
        index.map(|index| index.to_string()).unwrap_or_default().into(),
        index.map_or("", |_| &row.id).into(),
    ]
}

fn words(text: Option<&str>) -> Cow<'_, str> {
    text.unwrap_or_default().into()
}

/// RFC 3339, UTC.
fn time(millis: i64) -> String {
    Timestamp::from_millisecond(millis)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// The name that the page uses as well.
fn code(action: &impl Serialize) -> String {
    let json = serde_json::to_value(action).ok();
    json.as_ref()
        .and_then(|json| json.as_str())
        .unwrap_or_default()
        .to_owned()
}

const fn proof(proof: EntryProof) -> &'static str {
    match proof {
        EntryProof::InLog => "in log",
        EntryProof::Pending => "pending",
        EntryProof::Unsent => "waits to be sent",
        EntryProof::Violated => "violated",
    }
}

fn line(text: &mut String, cells: &[&str]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        push(text, &harmless(cell));
    }
    text.push_str("\r\n");
}

/// What a spreadsheet would take for a formula begins with an apostrophe instead.
fn harmless(cell: &str) -> Cow<'_, str> {
    // The wide forms are taken for formulas by spreadsheets set to East Asian languages.
    let formula = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if cell.starts_with(formula) {
        format!("'{cell}").into()
    } else {
        cell.into()
    }
}

fn push(text: &mut String, cell: &str) {
    if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(cell);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        cases::{
            history::{Entry, Reader},
            testing::Sample,
        },
        testing::server::DEVICE,
    };
    use claviger_protocol::release::Purpose;
    use proptest::prelude::*;

    /// RFC 4180, word by word.
    fn parse(text: &str) -> Vec<Vec<String>> {
        let (mut lines, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
        let mut quoted = false;
        let mut left = text.chars().peekable();
        while let Some(c) = left.next() {
            match c {
                '"' if quoted && left.peek() == Some(&'"') => {
                    left.next();
                    cell.push('"');
                }
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell)),
                '\r' if !quoted && left.peek() == Some(&'\n') => {
                    left.next();
                    cells.push(std::mem::take(&mut cell));
                    lines.push(std::mem::take(&mut cells));
                }
                c => cell.push(c),
            }
        }
        lines
    }

    fn hostile() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "[=+@\t\r\n\",' a-]{0,6}", "[＝＋－＠]=1"]
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula_and_every_cell_reads_back(
            written in prop::collection::vec(prop::collection::vec(hostile(), 1..5), 1..5),
        ) {
            let mut text = String::new();
            for cells in &written {
                line(&mut text, &cells.iter().map(String::as_str).collect::<Vec<_>>());
            }
            let read = parse(&text);
            prop_assert_eq!(read.len(), written.len());
            for (read, written) in read.iter().flatten().zip(written.iter().flatten()) {
                prop_assert!(!read.starts_with(['=', '+', '-', '@', '\t', '\r']), "{read:?}");
                let as_it_was = read == written;
                let disarmed = read.strip_prefix('\'') == Some(written.as_str());
                prop_assert!(as_it_was || disarmed, "{written:?} became {read:?}");
            }
            prop_assert_eq!(read.iter().flatten().count(), written.iter().flatten().count());
        }
    }

    #[test]
    fn a_read_that_waits_has_no_place_in_the_log_and_no_event() {
        let mut sample = Sample::new();
        let secret = sample.secret("KEY", "shop/prod");
        sample.read_offline(1, secret, Purpose::Copy, 7);
        let reader = Reader::new(&sample.book, sample.me, DEVICE, "laptop");
        let rows = sample
            .book
            .journal
            .values()
            .filter_map(|read| reader.row(Entry::Read(read)));
        let text = String::from_utf8(write(rows.map(|row| (None, row)))).unwrap();
        assert_eq!(
            parse(&text).pop().unwrap(),
            [
                "1970-01-01T00:00:00.007Z",
                "copied",
                "KEY",
                "KEY",
                "shop/prod",
                "1",
                "",
                "",
                "laptop",
                "",
                "yes",
                "yes",
                "",
                "waits to be sent",
                "",
                ""
            ]
        );
    }

    #[test]
    fn lines_are_those_of_the_rfc() {
        let mut text = String::new();
        line(&mut text, &["plain", "a,b", "say \"x\"", "=1+1", ""]);
        assert_eq!(text, "plain,\"a,b\",\"say \"\"x\"\"\",'=1+1,\r\n");
    }
}
