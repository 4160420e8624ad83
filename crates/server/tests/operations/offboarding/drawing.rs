//! Pages of reports outlive the program that drew them: what was drawn by another version is not called altered, and not said to
//! hold; what this version draws changes under a new number alone.

use super::report::{Left, parsed};
use claviger_protocol::{
    offboarding::report::{read, split},
    signed::canonical,
    wire::Bytes,
};
use claviger_server::report::{
    html::{DRAWING, carried, drawn_by, page},
    verify::{Fault, Page, verify},
};
use claviger_testkit::products::Product;
use std::{fs, path::Path};

/// A page that says to be another drawing, and shows something else.
fn forged(html: &str, number: &str) -> String {
    let named = format!("name=\"claviger-drawing\" content=\"{DRAWING}\"");
    let other = html.replacen(
        &named,
        &format!("name=\"claviger-drawing\" content=\"{number}\""),
        1,
    );
    let other = other.replacen("not changed", "changed", 1);
    assert_ne!(other, html);
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_drawing_is_not_checked_and_its_report_is() {
    let left = Left::new().await;
    let (report, keys) = (left.report().await, left.keys().await);
    assert_eq!(drawn_by(&report.html), Some(DRAWING));
    assert_eq!(verify(&report.html, &keys).unwrap().page, Page::Same);
    assert_eq!(verify(&report.json, &keys).unwrap().page, Page::Absent);
    for (number, said) in [("4000000000", Some(4_000_000_000)), ("", None), ("one", None)] {
        let found = verify(&forged(&report.html, number), &keys).unwrap();
        assert_eq!(found.page, Page::Unchecked(said), "{number}");
        assert_eq!(found.report.case.id, left.case);
    }
    // Without any number, as pages were before they had them.
    let before = report.html.replacen(
        &format!("<meta name=\"claviger-drawing\" content=\"{DRAWING}\">"),
        "",
        1,
    );
    assert_eq!(verify(&before, &keys).unwrap().page, Page::Unchecked(None));
    // Who says the number of this program is held to it.
    let same = forged(&report.html, &DRAWING.to_string());
    assert_eq!(verify(&same, &keys).unwrap_err(), Fault::Page);
    // The report in it is checked whatever the page says.
    let mut other = parsed(&report.json);
    other.case.reason = "was asked to".to_owned();
    let keys_now = left.house.app.keys.now();
    let json = claviger_protocol::offboarding::report::written(&other, |body| keys_now.orders.sign(body));
    let lying = forged(&page(&other, &json.unwrap()), "4000000000");
    assert!(matches!(verify(&lying, &keys).unwrap_err(), Fault::Claim(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_ends_differently_where_a_page_was_not_checked() {
    let left = Left::new().await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let report = left.report().await;
    fs::write(at("keys.json"), left.published().await).unwrap();
    fs::write(at("report.html"), forged(&report.html, "4000000000")).unwrap();
    let mut command = Product::Server.command().unwrap();
    command
        .env_clear()
        .args(["report", "verify"])
        .arg(at("report.html"))
        .arg("--keys")
        .arg(at("keys.json"));
    let done = command.output().unwrap();
    let (told, warned) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert_eq!(done.status.code(), Some(3), "{warned}");
    assert!(
        told.starts_with("The report in this page holds. THE PAGE ITSELF WAS NOT CHECKED.\n"),
        "{told}"
    );
    assert!(!told.contains("The report holds."), "{told}");
    assert!(
        warned.contains("THE PAGE WAS NOT CHECKED: it says that it is drawn by version 4000000000"),
        "{warned}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_report_in_another_form_is_not_called_altered() {
    let left = Left::new().await;
    let (report, keys) = (left.report().await, left.keys().await);
    // A later version has a field more.
    let body = canonical(&parsed(&report.json)).unwrap();
    let body = String::from_utf8(body)
        .unwrap()
        .replacen("{\"case\":", "{\"afterwards\":1,\"case\":", 1);
    let signature = String::from(Bytes(left.house.app.keys.now().orders.sign(body.as_bytes())));
    let later = format!("{{\"report\":{body},\"signature\":\"{signature}\"}}");
    assert_eq!(verify(&later, &keys).unwrap_err(), Fault::Unread);
    let unsigned = later.replacen("\"afterwards\":1", "\"afterwards\":2", 1);
    assert_eq!(verify(&unsigned, &keys).unwrap_err(), Fault::Signature);
}

/// A page with something in every section of it. `CLAVIGER_WRITE_GOLDEN=1` draws it anew; the report in it stays as it is.
#[test]
fn a_drawing_changes_under_a_new_number_alone() {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/operations/offboarding/drawing.html"
    ));
    let golden = fs::read_to_string(path).unwrap();
    let json = carried(&golden).unwrap();
    let report = read(&split(&json).unwrap().body.0);
    // Reports of before have to stay readable: a new field is left out of the JSON where it says what was so before.
    let report = report.unwrap();
    let drawn = page(&report, &json);
    if std::env::var_os("CLAVIGER_WRITE_GOLDEN").is_some() && drawn_by(&golden) != Some(DRAWING) {
        fs::write(path, &drawn).unwrap();
        return;
    }
    let (is, was) = (
        drawn.split_once("<script").unwrap().0,
        golden.split_once("<script").unwrap().0,
    );
    assert_eq!(
        is, was,
        "the drawing changed: raise `DRAWING`, then write it anew"
    );
    assert_eq!(drawn, golden);
}
