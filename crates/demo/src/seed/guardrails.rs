//! What no grant overrides: the company's own guardrail beside the built-in ones.

use super::turn::{Turn, principal};
use crate::company::{people::FOUNDER, stream};
use anyhow::Context;
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{event::EventKind, guardrail::Guardrail, ids::PolicyId, name::Name};

const CALLED: &str = "Contractors see no values";
const TEXT: &str = "\
// Contractors run what they work on; what it runs with they neither see nor copy.
forbid (principal is Person, action == Action::\"secret.reveal\", resource)
when { principal.outside };
";

/// Written by an Owner. It takes from everybody alike and loosens nothing, so that no second Owner was asked.
pub(super) async fn write(turn: &mut Turn<'_>) -> anyhow::Result<()> {
    let guardrail = Guardrail {
        id: PolicyId::random(&stream("guardrail")),
        name: Name::parse(CALLED)?,
        text: TEXT.to_owned(),
        builtin: false,
        enabled: true,
    };
    let now = turn.now();
    turn.db()
        .put_guardrail(&guardrail)
        .await
        .context("the guardrail")?;
    turn.db()
        .note_guardrail_change(guardrail.id, principal(FOUNDER), now)
        .await
        .context("who wrote the guardrail")?;
    let object = Object {
        policy: Some(guardrail.id),
        ..Object::default()
    };
    // What contractors have without an end lets them see nothing as it is.
    let event = turn
        .event(FOUNDER, EventKind::PolicyChanged)
        .on(object)
        .fact("built-in", Fact::Flag(false))
        .fact("new", Fact::Flag(true))
        .fact("enabled", Fact::Flag(true))
        .fact("people", Fact::Number(0))
        .commit(NAME, CALLED, None)
        .commit("policy-text", TEXT, None);
    turn.record(event);
    Ok(())
}
