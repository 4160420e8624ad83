//! Words that people write: reasons and answers.

use crate::http::Refusal;
use claviger_model::words::control;
use claviger_protocol::problem::Code;

/// Words that say something, are not too long and have no control characters, without white space at their ends.
///
/// # Errors
/// Says what is wrong with them.
pub fn checked(words: &str, most: usize) -> Result<String, Refusal> {
    let words = words.trim();
    if words.is_empty() {
        return Err(Refusal::new(Code::BadRequest).detail("a reason is needed"));
    }
    if words.len() > most {
        return Err(Refusal::new(Code::BadRequest).detail(format!("a reason can have {most} bytes at most")));
    }
    if let Some(found) = control(words) {
        let found = u32::from(found);
        let detail = format!("a reason cannot contain the control character U+{found:04X}");
        return Err(Refusal::new(Code::BadRequest).detail(detail));
    }
    Ok(words.to_owned())
}
