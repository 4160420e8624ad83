//! From the server's replies about guardrails to what people read.

use super::super::{access::shown::Shown, grant_change::words, names};
use crate::{
    state::book::Book,
    view::{
        guardrails::{
            EffectAt, EffectTotals, GuardrailCheck, GuardrailLanguage, GuardrailPast, GuardrailPlanView,
            GuardrailProblem, GuardrailView, LanguageAction, LanguageAttribute, LanguageEntity, NamedEntity,
            PastRow, PersonEffect, PlaceEffect, TextPlace,
        },
        role::ProposalGain,
    },
};
use claviger_model::{
    action::Action, event::EventKind, ids::PolicyId, principal::PrincipalKind, time::Timestamp,
};
use claviger_protocol::{
    guardrail_plan::{self as plans, GuardrailPlan, PastReply},
    guardrails::{self as wire, CheckReply, GuardrailRecord, LanguageReply},
    principals::PrincipalRecord,
};
use std::collections::BTreeSet;

pub(super) fn guardrail(shown: &Shown<'_>, record: &GuardrailRecord) -> GuardrailView {
    let guardrail = &record.guardrail;
    GuardrailView {
        id: guardrail.id.to_string(),
        name: guardrail.name.to_string(),
        text: guardrail.text.clone(),
        builtin: guardrail.builtin,
        enabled: guardrail.enabled,
        digest: record.digest.clone().into(),
        changed_by: record.changed_by.map(|by| shown.name(by)),
        changed_at: record.changed_at.map(Timestamp::millis),
        failures: names::number(record.failures),
        failed_at: record.failed_at.map(Timestamp::millis),
    }
}

pub(super) fn language(
    reply: LanguageReply,
    everybody: &[PrincipalRecord],
    book: &Book,
) -> GuardrailLanguage {
    let attributes = |known: Vec<wire::LanguageAttribute>| {
        let attribute = |known: wire::LanguageAttribute| LanguageAttribute {
            name: known.name,
            kind: known.kind,
            optional: known.optional,
        };
        known.into_iter().map(attribute).collect()
    };
    let mut places: Vec<_> = book.places.iter().filter(|node| !node.path.is_empty()).collect();
    places.sort_by(|a, b| a.path.cmp(&b.path));
    let mut named: Vec<_> = places
        .into_iter()
        .map(|node| NamedEntity {
            written: format!("Scope::\"{}\"", node.scope.id),
            name: node.path.clone(),
        })
        .collect();
    named.extend(everybody.iter().map(|record| {
        let kind = match record.kind {
            PrincipalKind::Person => "Person",
            PrincipalKind::Team => "Team",
            PrincipalKind::Service => "Service",
        };
        NamedEntity {
            written: format!("{kind}::\"{}\"", record.id),
            name: record.name.clone(),
        }
    }));
    GuardrailLanguage {
        actions: reply
            .actions
            .into_iter()
            .map(|word| LanguageAction {
                words: Action::from_code(&word.code).map(|action| words(action).to_owned()),
                code: word.code,
            })
            .collect(),
        entities: reply
            .entities
            .into_iter()
            .map(|entity| LanguageEntity {
                name: entity.name,
                attributes: attributes(entity.attributes),
            })
            .collect(),
        context: attributes(reply.context),
        named,
    }
}

pub(super) fn check(reply: CheckReply) -> GuardrailCheck {
    let problem = |problem: wire::TextProblem| GuardrailProblem {
        warning: problem.warning,
        message: problem.message,
        help: problem.help,
        place: problem.place.map(|place| TextPlace {
            start: place.start,
            length: place.length,
            line: place.line,
            column: place.column,
        }),
    };
    GuardrailCheck {
        usable: reply.usable,
        problems: reply.problems.into_iter().map(problem).collect(),
    }
}

pub(super) fn plan(shown: &Shown<'_>, id: PolicyId, plan: &GuardrailPlan) -> GuardrailPlanView {
    let at = |place: &plans::EffectAt| EffectAt {
        path: shown.path(place.scope),
        lost: said(&place.lost),
        gained: said(&place.gained),
        hindered: said(&place.hindered),
        eased: said(&place.eased),
    };
    let person = |person: &plans::PersonEffect| PersonEffect {
        who: shown.person(person.principal),
        places: person.places.iter().map(at).collect(),
        places_total: names::number(person.places_total),
    };
    let gain = |widening: &claviger_protocol::roles::Widening| ProposalGain {
        who: shown.name(widening.principal),
        path: shown.path(widening.scope),
        actions: widening.actions.iter().map(ToString::to_string).collect(),
        may_grant: Vec::new(),
    };
    GuardrailPlanView {
        id: id.to_string(),
        digest: plan.digest.clone().into(),
        totals: totals(plan.totals),
        people: plan.people.iter().map(person).collect(),
        places: plan
            .places
            .iter()
            .map(|place| PlaceEffect {
                path: shown.path(place.scope),
                totals: totals(place.totals),
            })
            .collect(),
        places_total: names::number(plan.places_total),
        gains: plan.widens.iter().map(gain).collect(),
        second_owner: plan.second_owner,
    }
}

pub(super) fn past(shown: &Shown<'_>, reply: &PastReply) -> GuardrailPast {
    let row = |row: &plans::PastRow| {
        let kinds: BTreeSet<_> = row.kinds.iter().map(|kind| deed(*kind)).collect();
        PastRow {
            who: shown.person(row.principal),
            path: shown.path(row.scope),
            kinds: kinds.into_iter().map(str::to_owned).collect(),
            certainly: names::number(row.certainly),
            perhaps: names::number(row.perhaps),
            last_at: row.last_at.millis(),
        }
    };
    GuardrailPast {
        since: reply.since.millis(),
        counted_until: reply.counted_until.millis(),
        rows: reply.rows.iter().map(row).collect(),
        rows_total: names::number(reply.rows_total),
        certainly: names::number(reply.certainly),
        perhaps: names::number(reply.perhaps),
        looked_at: names::number(reply.looked_at),
        unknown: names::number(reply.unknown),
        not_known: reply
            .not_known
            .iter()
            .map(|name| circumstance(name).to_owned())
            .collect(),
    }
}

fn totals(totals: plans::EffectTotals) -> EffectTotals {
    EffectTotals {
        people: names::number(totals.people),
        lost: names::number(totals.lost),
        gained: names::number(totals.gained),
        hindered: names::number(totals.hindered),
        eased: names::number(totals.eased),
        fails: names::number(totals.fails),
    }
}

fn said(actions: &BTreeSet<Action>) -> Vec<String> {
    actions.iter().map(|action| words(*action).to_owned()).collect()
}

/// A circumstance of a call that the log does not keep, as people say it.
fn circumstance(name: &str) -> &str {
    match name {
        "now" => "the hour of each call",
        "multi_factor" => "whether they had signed in with several factors",
        "multi_factor_age" => "how long ago they had signed in with several factors",
        "enrolled_device" => "whether the device was enrolled",
        "source" => "the network that they called from",
        "grant_ends" => "whether their grant had an end",
        other => other,
    }
}

const fn deed(kind: EventKind) -> &'static str {
    use EventKind as Kind;
    match kind {
        Kind::SecretUsed => "used values",
        Kind::SecretLeased => "kept values offline",
        Kind::SecretReadOffline => "read values offline",
        Kind::SecretCopied => "copied values",
        Kind::SecretRevealed => "revealed values",
        Kind::SecretCreated => "made secrets",
        Kind::SecretWritten | Kind::SecretRolledBack => "wrote versions",
        Kind::SecretEdited => "edited metadata",
        Kind::SecretMoved => "moved secrets",
        Kind::SecretDeleted => "deleted secrets",
        Kind::SecretRestored => "restored secrets",
        Kind::ScopeCreated | Kind::ScopeEdited | Kind::ScopeMoved => "changed places",
        Kind::GrantGiven => "gave access",
        Kind::GrantEnded | Kind::GrantShortened => "took access away",
        Kind::RequestMade => "asked",
        Kind::RequestAnswered => "answered requests",
        Kind::RoleChanged | Kind::RoleDeleted => "changed roles",
        Kind::PolicyChanged | Kind::PolicyDeleted => "changed guardrails",
        Kind::TeamChanged => "changed teams",
        Kind::ServiceKeyMade | Kind::ServiceKeyEnded => "changed keys of services",
        Kind::LogExported => "searched the log",
        _ => "did something else",
    }
}
