#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::{collection::vec, prelude::*};

fn pairs(text: &str) -> Vec<(u32, String, String)> {
    let (entries, wrong) = read(text.as_bytes()).unwrap();
    assert_eq!(wrong, [], "{text:?}");
    let pair = |entry: Entry| {
        let value = String::from_utf8(entry.value.expose().to_vec()).unwrap();
        (entry.line, entry.name.as_str().to_owned(), value)
    };
    entries.into_iter().map(pair).collect()
}

fn one(text: &str) -> String {
    let mut pairs = pairs(text);
    assert_eq!(pairs.len(), 1, "{text:?}");
    pairs.remove(0).2
}

#[test]
fn the_usual_forms_are_read() {
    assert_eq!(one("A=b"), "b");
    assert_eq!(one("export A=b c  # why\n"), "b c");
    assert_eq!(one("  A = b#c \r\n"), "b#c");
    assert_eq!(one("A="), "");
    assert_eq!(one("A=# nothing"), "");
    assert_eq!(one("A='b # $c \\n'"), "b # $c \\n");
    assert_eq!(one("A=\"b\\n\\\"c\\\" \\$d \\q\" # why"), "b\n\"c\" $d \\q");
    assert_eq!(one("A=postgres://u:p@h/d?x=1"), "postgres://u:p@h/d?x=1");
    assert_eq!(one("\u{FEFF}A=é"), "é");
    let text = "# top\n\nA='x\ny\nz'\nB=1\r\nC=\"p\nq\"\n\nD=2";
    let expected = [
        (3, "A", "x\ny\nz"),
        (6, "B", "1"),
        (7, "C", "p\nq"),
        (10, "D", "2"),
    ];
    assert_eq!(
        pairs(text),
        expected.map(|(line, a, b)| (line, a.to_owned(), b.to_owned()))
    );
}

#[test]
fn a_reference_to_another_variable_is_told_and_never_followed() {
    let refers = |text: &str| read(text.as_bytes()).unwrap().0.remove(0).refers;
    assert!(refers("A=$HOME") && refers("A=\"${HOME}\""));
    assert!(!refers("A='$HOME'") && !refers("A=\"\\$HOME\"") && !refers("A=x"));
    assert_eq!(one("A=$HOME/x"), "$HOME/x");
}

#[test]
fn a_bad_line_is_told_by_its_number_and_the_others_are_read() {
    let (entries, wrong) = read(b"A=1\nnothing\n1B=2\nC='open\nD=3\nE=\"x\" y\nF=4\n").unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["A", "D", "F"]);
    let wrong: Vec<_> = wrong.into_iter().map(|wrong| (wrong.line, wrong.what)).collect();
    let expected = [
        (2, What::NoValue),
        (3, What::Name),
        (4, What::OpenQuote),
        (6, What::AfterQuote),
    ];
    assert_eq!(wrong, expected);
    assert_eq!(read(&[0xff, b'=']).err(), Some(FileError::NotText));
    assert_eq!(
        read(&vec![b'#'; MAX_FILE_BYTES + 1]).err(),
        Some(FileError::TooLarge)
    );
    let large = format!("A={}\nB=1", "x".repeat(MAX_VALUE_BYTES + 1));
    let (entries, wrong) = read(large.as_bytes()).unwrap();
    assert_eq!(
        (entries.len(), wrong.first().map(|wrong| wrong.what)),
        (1, Some(What::TooLarge))
    );
}

fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' | '$' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

proptest! {
    #[test]
    fn whatever_is_written_with_quotes_is_read_back(values in vec(any::<String>(), 0..8), single in any::<bool>()) {
        let text: String = values
            .iter()
            .enumerate()
            .map(|(number, value)| {
                let plain = single && !value.contains('\'') && !value.contains('\r');
                let value = if plain { format!("'{value}'") } else { quoted(value) };
                format!("V{number}={value}\n")
            })
            .collect();
        let read: Vec<_> = pairs(&text).into_iter().map(|(_, _, value)| value).collect();
        prop_assert_eq!(read, values);
    }

    #[test]
    fn no_text_is_too_odd_and_lines_are_told_in_order(text in "[A-Z =\"'#$\\\\\n\r\u{e9}]{0,80}") {
        let (entries, wrong) = read(text.as_bytes()).unwrap();
        let last = u32::try_from(text.matches('\n').count()).unwrap() + 1;
        let numbers: Vec<_> = entries.iter().map(|entry| entry.line).collect();
        prop_assert!(numbers.is_sorted_by(|a, b| a < b));
        prop_assert!(numbers.iter().chain(wrong.iter().map(|wrong| &wrong.line)).all(|line| (1..=last).contains(line)));
    }
}
