//! A row of the table.
#![expect(clippy::print_stdout, reason = "rows are what a benchmark prints")]

use serde_json::json;

/// What could not be measured has no value and misses its target.
pub fn row(name: &str, value: Option<f64>, unit: &str, target: Option<f64>, ratio_to: Option<f64>) {
    let met = match (value, target) {
        (None, _) => Some(false),
        (Some(value), Some(target)) => Some(value <= target),
        (Some(_), None) => None,
    };
    println!(
        "{}",
        json!({"name": name, "value": value, "unit": unit, "target": target, "met": met, "ratio_to": ratio_to})
    );
}
