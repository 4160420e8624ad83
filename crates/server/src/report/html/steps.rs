//! What was taken away, when, and how it is proved.

use super::{
    super::{
        claims,
        format::{moment, span},
    },
    names::Names,
    some,
};
use claviger_model::offboarding::StepKind;
use claviger_protocol::offboarding::{cases::CaseDeviceRecord, report::Report};
use maud::{Markup, html};

pub(super) fn taken(report: &Report, names: &Names<'_>) -> Markup {
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
            @if !report.case.left.is_empty() {
                p { "Nobody was left in these teams when this report was made:" }
                ul {
                    @for left in &report.case.left {
                        li {
                            (names.person(left.team)) ", since " (moment(left.since))
                            @if !left.services.is_empty() {
                                ", answering for "
                                @for (at, service) in left.services.iter().enumerate() {
                                    @if at > 0 { ", " }
                                    (names.person(*service))
                                }
                                @if left.more_services > 0 { " and " (left.more_services) " more" }
                            }
                        }
                    }
                    @if report.case.left_more { li { "and others" } }
                }
            }
        }
    }
}

pub(super) fn devices(report: &Report) -> Markup {
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

pub(super) fn steps(report: &Report) -> Markup {
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

pub(super) fn proofs(report: &Report) -> Markup {
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
