//! What the page sends in, made into what may be sent on: limits are named here, before anything leaves the device.

use super::names::{self, problem};
use crate::view::{problem::Problem, secret::SecretKind, value::ValueInput};
use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_crypto::secret::SecretBytes;
use claviger_model::{
    name::{Name, NameError},
    secret::{Description, DescriptionError, MAX_VALUE_BYTES, Variable},
    words::control,
};
use claviger_protocol::requests::MAX_WORDS;
use zeroize::Zeroizing;

/// What a person says of a secret in a form.
#[derive(Debug)]
pub(super) struct Said<'a> {
    pub(super) title: &'a str,
    pub(super) env_name: Option<&'a str>,
    pub(super) kind: SecretKind,
    pub(super) tags: &'a [String],
    pub(super) note: Option<&'a str>,
}

/// Takes the value out of the page's message; 0 bytes to 64 KiB.
///
/// # Errors
/// When it is larger, or not what it says it is.
pub(super) fn value(mut input: ValueInput) -> Result<SecretBytes, Problem> {
    let value = match &mut input {
        ValueInput::Text { text } => SecretBytes::new(std::mem::take(text).into_bytes()),
        ValueInput::Binary { base64 } => decoded(base64)?,
    };
    if value.len() > MAX_VALUE_BYTES {
        let detail = format!("It has {} bytes; {MAX_VALUE_BYTES} are allowed.", value.len());
        return Err(problem(
            "valueTooLarge",
            "The value is larger than 64 KiB.",
            Some(detail),
        ));
    }
    Ok(value)
}

fn decoded(text: &str) -> Result<SecretBytes, Problem> {
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
    let length = STANDARD
        .decode_slice(text, &mut bytes)
        .map_err(|_| problem("valueInvalid", "The value did not arrive whole.", None))?;
    Ok(SecretBytes::copy_from(bytes.get(..length).unwrap_or_default()))
}

/// A description out of a form; what the form does not have stays as it is in `before`.
///
/// # Errors
/// Names what is wrong.
pub(super) fn description(said: &Said<'_>, before: Rest) -> Result<Description, Problem> {
    let variable = said.env_name.map(Variable::parse).transpose().map_err(|error| {
        problem(
            "variableInvalid",
            "This is not the name of a variable.",
            Some(error.to_string()),
        )
    })?;
    let tags = said
        .tags
        .iter()
        .map(|tag| Name::parse(tag))
        .collect::<Result<_, _>>();
    let description = Description {
        name: name(said.title)?,
        variable,
        kind: names::kind_from(said.kind),
        owner: before.owner,
        tags: tags.map_err(|error| unusable(&error))?,
        note: said.note.unwrap_or_default().to_owned(),
        rotate_after_days: before.rotate_after_days,
        expires_at: before.expires_at,
    };
    description.checked().map_err(|error| match error {
        DescriptionError::Control(_) => unwritten(error.to_string()),
        _ => problem(
            "descriptionTooLong",
            "This is more than can be kept.",
            Some(error.to_string()),
        ),
    })
}

/// What forms do not show yet.
#[derive(Debug, Default)]
pub(super) struct Rest {
    pub(super) owner: Option<claviger_model::ids::PrincipalId>,
    pub(super) rotate_after_days: Option<u16>,
    pub(super) expires_at: Option<claviger_model::time::Timestamp>,
}

/// A name of one segment.
///
/// # Errors
/// Names what is wrong.
pub(super) fn name(text: &str) -> Result<Name, Problem> {
    Name::parse(text.trim()).map_err(|error| unusable(&error))
}

fn unusable(error: &NameError) -> Problem {
    problem(
        "nameInvalid",
        "This name cannot be used.",
        Some(error.to_string()),
    )
}

/// Words with a character that nobody types.
fn unwritten(detail: String) -> Problem {
    problem(
        "wordsInvalid",
        "These words have a character that cannot be kept.",
        Some(detail),
    )
}

/// Words that say something, are not too long and have no control characters, without white space at their ends.
///
/// # Errors
/// Names what is wrong.
pub(super) fn words(text: &str) -> Result<String, Problem> {
    match text.trim() {
        "" => Err(problem("reasonMissing", "A reason is needed.", None)),
        text if text.len() > MAX_WORDS => {
            let detail = format!("It has {} bytes; {MAX_WORDS} are allowed.", text.len());
            Err(problem("reasonTooLong", "The reason is too long.", Some(detail)))
        }
        text => match control(text) {
            Some(found) => Err(unwritten(format!("It is U+{:04X}.", u32::from(found)))),
            None => Ok(text.to_owned()),
        },
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: usize) -> ValueInput {
        ValueInput::Text {
            text: "x".repeat(bytes),
        }
    }

    #[test]
    fn values_have_nothing_to_64_kib() {
        for bytes in [0, 1, MAX_VALUE_BYTES] {
            assert_eq!(value(text(bytes)).unwrap().len(), bytes);
        }
        let error = value(text(MAX_VALUE_BYTES + 1)).unwrap_err();
        assert_eq!(error.code, "valueTooLarge");
        assert!(error.detail.unwrap().contains("65537"));
        let binary = ValueInput::Binary {
            base64: "not base64".to_owned(),
        };
        assert_eq!(value(binary).unwrap_err().code, "valueInvalid");
    }

    #[test]
    fn what_is_wrong_in_a_form_is_named() {
        let said = Said {
            title: "Stripe key",
            env_name: Some("STRIPE_KEY"),
            kind: SecretKind::ApiKey,
            tags: &["pci".to_owned(), "pci".to_owned()],
            note: None,
        };
        assert_eq!(description(&said, Rest::default()).unwrap().tags.len(), 1);
        let code = |said: &Said<'_>| description(said, Rest::default()).unwrap_err().code;
        assert_eq!(code(&Said { title: "a/b", ..said }), "nameInvalid");
        let with = |title, env_name, note| Said {
            title,
            env_name,
            note,
            kind: SecretKind::ApiKey,
            tags: &[],
        };
        assert_eq!(code(&with("a", Some("1A"), None)), "variableInvalid");
        let note = "x".repeat(5000);
        assert_eq!(code(&with("a", None, Some(&note))), "descriptionTooLong");
        assert_eq!(code(&with("a", None, Some("a\0b"))), "wordsInvalid");
        let lines = with("a", None, Some("two\nlines\t\u{1F511}"));
        assert!(description(&lines, Rest::default()).is_ok());
    }

    #[test]
    fn reasons_say_something() {
        assert_eq!(words(" leaked \n").unwrap(), "leaked");
        assert_eq!(words(" \n").unwrap_err().code, "reasonMissing");
        assert_eq!(words(&"é".repeat(MAX_WORDS)).unwrap_err().code, "reasonTooLong");
        assert_eq!(words("it\nleaked").unwrap(), "it\nleaked");
        let error = words("it\0leaked").unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.detail.as_deref()),
            ("wordsInvalid", Some("It is U+0000."))
        );
    }

    proptest! {
        #[test]
        fn bytes_arrive_as_they_were_sent(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let input = ValueInput::Binary { base64: STANDARD.encode(&bytes) };
            let arrived = value(input).unwrap();
            prop_assert_eq!(arrived.expose(), &bytes[..]);
        }
    }
}
