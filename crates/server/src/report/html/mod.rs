//! The page of a report: one file without anything from elsewhere, which prints, and carries the report itself.
//!
//! The same report gives the same page, byte for byte: whoever checks it draws it again and compares. Which drawing it is stands
//! in it ([`DRAWING`]), since pages of another one cannot be compared; their JSON is what lasts, and is in them.

mod names;
mod steps;
mod values;

use super::{
    connected,
    format::{moment, span},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_model::{offboarding::Cause, time::Timestamp};
use claviger_protocol::offboarding::report::Report;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use names::Names;
use steps::{devices, proofs, steps, taken};
use values::{held, reached};

/// The number of this drawing. Every change of what is drawn raises it, so that no page of before is called altered.
pub const DRAWING: u32 = 1;

const STYLE: &str = include_str!("../page.css");
const BEFORE: &str = "<script type=\"text/plain\" id=\"claviger-report\">";
const AFTER: &str = "</script>";
/// How each page begins, up to the number of its drawing.
const BEGIN: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"claviger-drawing\" content=\"";

/// Draws a report. `json` is the file that it stands for.
pub fn page(report: &Report, json: &str) -> String {
    let names = Names(report);
    let case = &report.case;
    let who = names.person(case.person);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="claviger-drawing" content=(DRAWING);
                // Nothing in it may run or be fetched.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Offboarding of " (who) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.kind { (report.organization_name) " · report of an offboarding case" }
                    h1 { "Offboarding of " (who) }
                    p { "Made " (moment(report.made_at)) " for " (names.person(report.made_by)) " by " (report.origin) "." }
                }
                (summary(report, &names))
                (reached(report, &names))
                (held(report, &names))
                (taken(report, &names))
                (devices(report))
                (connected::section(report))
                (steps(report))
                (proofs(report))
            }
        }
    };
    format!("{}{BEFORE}{}{AFTER}\n", page.into_string(), STANDARD.encode(json))
}

/// The JSON that a page carries; none where this is no page.
pub fn carried(page: &str) -> Option<String> {
    let (_, rest) = page.rsplit_once(BEFORE)?;
    let json = STANDARD
        .decode(rest.strip_suffix("\n")?.strip_suffix(AFTER)?)
        .ok()?;
    String::from_utf8(json).ok()
}

/// The number of the drawing that a page says it is; none where it says none, as those from before there were numbers.
pub fn drawn_by(page: &str) -> Option<u32> {
    let (number, _) = page.strip_prefix(BEGIN)?.split_once('"')?;
    number.parse().ok()
}

fn summary(report: &Report, names: &Names<'_>) -> Markup {
    let case = &report.case;
    html! {
        section {
            h2 { "What happened" }
            dl {
                (row("Opened", html! {
                    (moment(case.opened_at)) " by "
                    @match (case.opened_by, case.cause) {
                        (Some(by), _) => (names.person(by)),
                        (None, Cause::Provider) => "the identity provider",
                        (None, Cause::Admin) => "nobody who is known",
                    }
                }))
                (row("Why", html! { (case.reason) }))
                @if let Some(start) = &case.start {
                    (row("Planned for", html! { (start.local) " in " (start.zone) " (" (moment(start.at)) ")" }))
                }
                @if let Some(approved) = case.approved {
                    (row("Second pair of eyes", html! { (names.person(approved.by)) ", " (moment(approved.at)) }))
                }
                @if let Some(begun) = &case.begun {
                    (row("Everything refused from", html! {
                        (moment(begun.at)) ", " (span(begun.refused_after_ms)) " after the click"
                    }))
                }
                @if let Some(heir) = case.heir {
                    (row("Takes over what they owned", html! { (names.person(heir)) }))
                }
                (row("State", html! {
                    @match &case.closed {
                        Some(closed) => { "over since " (moment(closed.at)) },
                        None => "not over: devices, values or accounts are still to come",
                    }
                }))
            }
        }
    }
}

fn row(name: &str, value: Markup) -> Markup {
    html! { dt { (name) } dd { (value) } }
}

fn some(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "not yet".to_owned(), moment)
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
