//! Measured rows, for people.

use serde_json::Value;

/// One measurement. A peer that can't be had fails its row: no value, and `met` is false.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    name: String,
    value: Option<f64>,
    unit: String,
    target: Option<String>,
    met: Option<bool>,
    ratio_to: Option<String>,
}

impl Row {
    /// A row from a line of output; `None` when it is something else.
    pub fn parse(line: &str) -> Option<Self> {
        let object: Value = serde_json::from_str(line.trim()).ok().filter(Value::is_object)?;
        let text = |member: &str| match object.get(member)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        Some(Self {
            name: text("name")?,
            value: object.get("value")?.as_f64(),
            unit: text("unit").unwrap_or_default(),
            target: text("target"),
            met: object.get("met").and_then(Value::as_bool),
            ratio_to: text("ratio_to"),
        })
    }

    fn cells(&self) -> [String; 5] {
        let value = self.value.map_or_else(
            || "failed".to_owned(),
            |value| format!("{} {}", figure(value), self.unit),
        );
        let met = match self.met {
            Some(true) => "met",
            Some(false) => "not met",
            None => "",
        };
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            self.name.clone(),
            value.trim_end().to_owned(),
            or_empty(&self.target),
            met.to_owned(),
            or_empty(&self.ratio_to),
        ]
    }
}

/// Three significant digits, at least.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

pub fn table(rows: &[Row]) -> String {
    let heading = ["what", "measured", "target", "", "beside"].map(str::to_owned);
    let lines: Vec<[String; 5]> = std::iter::once(heading)
        .chain(rows.iter().map(Row::cells))
        .collect();
    let mut widths = [0; 5];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let print = |line: &[String; 5]| {
        let cells: Vec<String> = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(print).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_from_chatter() {
        assert_eq!(Row::parse("running 3 tests"), None);
        assert_eq!(Row::parse("{\"name\":\"x\"}"), None);
        assert_eq!(Row::parse("[1]"), None);
        let failed = Row::parse(r#"{"name":"bao","value":null,"unit":"/s","met":false}"#).unwrap();
        assert_eq!((failed.value, failed.met), (None, Some(false)));
    }

    #[test]
    fn columns_line_up() {
        let rows = [
            r#"{"name":"unlock","value":83.25,"unit":"ms","target":"≤ 150 ms","met":true,"ratio_to":null}"#,
            r#"{"name":"reads at 16","value":6100,"unit":"/s","target":5,"met":true,"ratio_to":"OpenBao: 5.1 ×"}"#,
        ]
        .map(|line| Row::parse(line).unwrap());
        let expected = "\
what         measured  target         beside
unlock       83.2 ms   ≤ 150 ms  met
reads at 16  6100 /s   5         met  OpenBao: 5.1 ×";
        assert_eq!(table(&rows), expected);
    }
}
