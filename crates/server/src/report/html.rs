//! The page of a report: one file without anything from elsewhere, which prints, and carries the report itself.
//!
//! The same report gives the same page, byte for byte: whoever checks it draws it again and compares. A change of anything here
//! makes pages of before fail; their JSON is what lasts, and is in them.

use super::{
    claims, connected,
    format::{moment, span},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_model::{
    blast::How,
    ids::{PrincipalId, ScopeId},
    offboarding::{Cause, RotationState, StepKind},
    time::Timestamp,
};
use claviger_protocol::offboarding::{
    cases::{CaseDeviceRecord, RotationRecord},
    report::Report,
};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page.css");
const BEFORE: &str = "<script type=\"text/plain\" id=\"claviger-report\">";
const AFTER: &str = "</script>";

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
                (taken(report))
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

fn reached(report: &Report, names: &Names<'_>) -> Markup {
    let numbers = report.case.begun.as_ref().and_then(|begun| begun.numbers);
    html! {
        section {
            h2 { "What could be reached" }
            @if let Some(numbers) = numbers {
                p {
                    (count(numbers.secrets, "secret")) " in " (count(numbers.places, "place")) ", through "
                    (count(numbers.grants, "grant")) "; " (count(numbers.emergency, "right")) " to emergency access. "
                    (count(numbers.known, "value")) " that had not changed were held: " (numbers.seen)
                    " of them had been shown or copied, " (numbers.kept) " might be kept on a device."
                }
            } @else {
                p.none { "It could not be counted at that moment. What was taken away and what was held stands below." }
            }
            @if report.grants.is_empty() {
                p.none { "No grant of their own ended. What teams gave ended with the teams." }
            } @else {
                table {
                    thead { tr { th { "Role" } th { "Where" } th { "Given" } th { "By" } th { "Given again" } } }
                    tbody {
                        @for ended in &report.grants {
                            tr {
                                td { (names.role(ended.grant.role)) }
                                td.path { (names.place(ended.grant.scope)) }
                                td { (moment(ended.grant.granted_at)) }
                                td { (names.person(ended.grant.granted_by)) }
                                td { @if ended.restored_as.is_some() { "yes" } @else { "no" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn held(report: &Report, names: &Names<'_>) -> Markup {
    html! {
        section {
            h2 { "What was read and had not changed since" }
            @if report.rotations.is_empty() {
                p.none { "Nothing." }
            } @else {
                p { "The riskiest first. A value is done when the secret has another one." }
                table {
                    thead { tr { th { "Secret" } th { "How" } th { "Risk" } th { "Owner" } th { "Due" } th { "What became of it" } } }
                    tbody { @for rotation in &report.rotations { (value(rotation, names)) } }
                }
            }
        }
    }
}

fn value(rotation: &RotationRecord, names: &Names<'_>) -> Markup {
    let how = match rotation.how {
        How::Used => "used",
        How::Kept => "kept for offline",
        How::ReadOffline => "read offline",
        How::Copied => "copied",
        How::Revealed => "shown",
    };
    html! {
        tr {
            td.path { (names.secret(rotation)) " (version " (rotation.version) ")" }
            td { (how) }
            td.number { (rotation.risk.number()) }
            td { @match rotation.owner { Some(owner) => (names.person(owner)), None => "nobody" } }
            td { (moment(rotation.due_at)) }
            td {
                @match (rotation.state, &rotation.settled) {
                    (RotationState::Open, _) | (_, None) => strong { "not changed" },
                    (RotationState::Changed, Some(settled)) => { "changed " (moment(settled.at)) },
                    (RotationState::Gone, Some(settled)) => { "the secret was erased " (moment(settled.at)) },
                    (RotationState::Accepted, Some(settled)) => {
                        "accepted " (moment(settled.at))
                        @if let Some(by) = settled.by { " by " (names.person(by)) }
                        @if let Some(words) = &settled.words { ": “" (words) "”" }
                    },
                }
            }
        }
    }
}

fn taken(report: &Report) -> Markup {
    html! {
        section {
            h2 { "What was taken away" }
            table {
                thead { tr { th { "What" } th { "How many" } th { "First" } th { "Last" } th { "Given again" } } }
                tbody {
                    @for effect in &report.case.effects {
                        @let times = report.effects.iter().filter(|line| line.kind == effect.kind).map(|line| line.at);
                        tr {
                            td { (claims::name(effect.kind)) }
                            td.number { (effect.all) }
                            td { (some(times.clone().min())) }
                            td { (some(times.max())) }
                            td.number { (effect.restored) }
                        }
                    }
                }
            }
        }
    }
}

fn devices(report: &Report) -> Markup {
    let times = &report.case.acknowledged;
    html! {
        section {
            h2 { "Devices" }
            @if report.case.devices.is_empty() {
                p.none { "No device could hold anything." }
            } @else {
                p {
                    "“Reported” is the device's signed word that it has destroyed its keys. An unmodified client that never calls again has destroyed everything by the end of its longest lease."
                    @if let (Some(p50), Some(p99)) = (times.p50_ms, times.p99_ms) {
                        " From the click until the word: half within " (span(p50)) ", 99 of 100 within " (span(p99)) "."
                    }
                }
                table {
                    thead { tr { th { "Device" } th { "Ordered" } th { "Reported" } th { "Longest lease ends" } } }
                    tbody {
                        @for device in &report.case.devices {
                            tr {
                                td { (device_name(report, device)) }
                                td { (moment(device.ordered_at)) }
                                td {
                                    @match (device.acknowledged_at, device.after_ms) {
                                        (Some(at), Some(after)) => { (moment(at)) ", " (span(after)) " after the click" },
                                        _ => strong { "not yet" },
                                    }
                                }
                                td { (moment(device.leased_until)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn steps(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Steps" }
            table {
                thead { tr { th { "Step" } th { "Done" } th { "Failed before" } } }
                tbody {
                    @for step in &report.case.steps {
                        tr {
                            td { (step_name(step.kind)) }
                            td { (some(step.done_at)) }
                            td.number { (step.attempts) }
                        }
                    }
                }
            }
        }
    }
}

fn proofs(report: &Report) -> Markup {
    html! {
        section {
            h2 { "How to check this" }
            p {
                "This page carries its report, signed by the server, with " (report.history.len())
                " leaves of the log about the person since the case was opened, without a hole, and " (report.reads.len())
                " by which values came to their devices; each with its path to this checkpoint:"
            }
            pre { (report.checkpoint) }
            p { "With the keys that the server publishes, saved from " code { (report.origin) "/v1/enrolment" } " at any time, and without any connection:" }
            pre { "claviger-server report verify THIS-FILE --keys ENROLMENT-FILE" }
            p {
                "It proves who did what and when, as the log has it. Names are those of the day of the report, by the server's word. "
                "It cannot prove what somebody remembers or kept elsewhere: that is why values are changed."
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

const fn step_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Access => "Disabled; sessions, keys and devices ended",
        StepKind::Grants => "Grants ended",
        StepKind::Teams => "Taken out of teams",
        StepKind::Requests => "Requests and approvals taken back",
        StepKind::Ownership => "Secrets handed over",
        StepKind::Rotations => "Rotations asked for",
        StepKind::Connected => "Connected systems written down",
    }
}

fn device_name(report: &Report, device: &CaseDeviceRecord) -> String {
    let named = report.case.named_devices.iter();
    named
        .filter(|named| named.id == device.device)
        .map(|named| format!("{} ({})", named.name, named.platform))
        .next()
        .unwrap_or_else(|| device.device.to_string())
}

/// The names in a report; an id where there is none.
struct Names<'a>(&'a Report);

impl Names<'_> {
    fn person(&self, id: PrincipalId) -> String {
        let all = self.0.principals.iter().chain(&self.0.case.principals);
        let mut all = all.filter(|known| known.id == id);
        match all.next() {
            Some(known) => match &known.email {
                Some(email) => format!("{} <{email}>", known.name),
                None => known.name.clone(),
            },
            None => id.to_string(),
        }
    }

    fn place(&self, id: ScopeId) -> String {
        let named = self.0.scopes.iter().find(|place| place.id == id);
        named.map_or_else(|| id.to_string(), |place| place.path.to_string())
    }

    fn role(&self, id: claviger_model::ids::RoleId) -> String {
        let named = self.0.roles.iter().find(|role| role.id == id);
        named.map_or_else(|| id.to_string(), |role| role.name.clone())
    }

    fn secret(&self, rotation: &RotationRecord) -> String {
        match self.0.secrets.iter().find(|secret| secret.id == rotation.secret) {
            Some(secret) => format!("{}/{}", self.place(secret.scope), secret.name),
            None => rotation.secret.to_string(),
        }
    }
}
