//! Whom and what it was about: what could be reached, and the values that were held.

use super::{super::format::moment, count, names::Names};
use claviger_model::{blast::How, offboarding::RotationState};
use claviger_protocol::offboarding::{cases::RotationRecord, report::Report};
use maud::{Markup, html};

pub(super) fn reached(report: &Report, names: &Names<'_>) -> Markup {
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

pub(super) fn held(report: &Report, names: &Names<'_>) -> Markup {
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
