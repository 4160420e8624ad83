//! What is printed: one JSON object a line.

use serde_json::json;

/// Something measured.
pub struct Row {
    pub name: String,
    pub value: Option<f64>,
    pub unit: &'static str,
}

/// What it should be, and what it is measured beside.
#[derive(Default)]
pub struct Beside {
    pub target: Option<String>,
    pub met: Option<bool>,
    pub ratio_to: Option<String>,
}

impl Row {
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            value: Some(value),
            unit,
        }
    }

    /// A peer that can't be had fails its row.
    pub fn failed(name: impl Into<String>, unit: &'static str, why: &str) {
        eprintln!("{why}");
        let row = Self {
            name: name.into(),
            value: None,
            unit,
        };
        row.print(Beside {
            met: Some(false),
            ..Beside::default()
        });
    }

    pub fn print(self, beside: Beside) {
        let Beside {
            target,
            met,
            ratio_to,
        } = beside;
        let Self { name, value, unit } = self;
        println!(
            "{}",
            json!({"name": name, "value": value, "unit": unit, "target": target, "met": met, "ratio_to": ratio_to})
        );
    }

    pub fn alone(self) {
        self.print(Beside::default());
    }

    /// Beside a peer that may be missing: the target counts as missed then.
    pub fn against(self, peer: &str, theirs: Option<f64>, target: &str, reached: impl Fn(f64) -> bool) {
        let ratio = self.value.zip(theirs).map(|(ours, theirs)| ours / theirs);
        self.print(Beside {
            target: Some(target.to_owned()),
            met: Some(ratio.is_some_and(reached)),
            ratio_to: Some(match ratio {
                Some(ratio) => format!("{peer}: {ratio:.2} ×"),
                None => format!("{peer}: not measured"),
            }),
        });
    }

    /// Beside a limit of its own.
    pub fn at_most(self, limit: f64) {
        let (target, met) = (
            format!("≤ {limit} {}", self.unit),
            self.value.is_some_and(|value| value <= limit),
        );
        self.print(Beside {
            target: Some(target),
            met: Some(met),
            ..Beside::default()
        });
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
