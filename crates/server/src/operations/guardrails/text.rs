//! Checking a text as somebody writes it, and what it can speak of.

use super::managed;
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::view::View,
};
use axum::extract::State;
use claviger_policy::{
    guardrails::GuardrailChecker,
    language::{Attribute, Language},
    problem::{Problem, Severity},
};
use claviger_protocol::guardrails::{
    CheckGuardrail, CheckReply, LanguageAttribute, LanguageEntity, LanguageReply, LanguageWord, TextPlace,
    TextProblem,
};

const MOST: usize = 50;

/// What a guardrail can speak of.
pub async fn language(
    State(app): State<Shared>,
    caller: Caller,
) -> Result<axum::Json<LanguageReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    managed(&mut view).await?;
    let language = Language::read().map_err(Refusal::internal)?;
    let attributes = |known: Vec<Attribute>| {
        let attribute = |known: Attribute| LanguageAttribute {
            name: known.name,
            kind: known.kind,
            optional: known.optional,
        };
        known.into_iter().map(attribute).collect()
    };
    Ok(axum::Json(LanguageReply {
        actions: language
            .actions
            .into_iter()
            .map(|word| LanguageWord {
                code: word.code,
                group: word.group,
            })
            .collect(),
        entities: language
            .entities
            .into_iter()
            .map(|entity| LanguageEntity {
                name: entity.name,
                attributes: attributes(entity.attributes),
                within: entity.within,
            })
            .collect(),
        context: attributes(language.context),
    }))
}

/// What is wrong or odd in a text, and where.
pub async fn check(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<CheckGuardrail>,
) -> Result<axum::Json<CheckReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    managed(&mut view).await?;
    let checker = GuardrailChecker::new().map_err(Refusal::internal)?;
    let mut found = checker.examine(&call.text);
    let usable = !found.iter().any(|problem| problem.severity == Severity::Error);
    found.truncate(MOST);
    let problems = found.into_iter().map(|problem| shown(problem, &call.text));
    Ok(axum::Json(CheckReply {
        usable,
        problems: problems.collect(),
    }))
}

fn shown(problem: Problem, text: &str) -> TextProblem {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let place = problem.place(text).map(|place| TextPlace {
        start: number(place.start),
        length: number(place.length),
        line: number(place.line),
        column: number(place.column),
    });
    TextProblem {
        warning: problem.severity == Severity::Warning,
        message: problem.message,
        help: problem.help,
        place,
    }
}
