//! Invented values: the right shape for their kind, worth nothing anywhere.

use super::{below, secrets::Planned, stream};
use claviger_model::{entropy::Entropy, secret::SecretKind};

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The value of a version; the same every time.
pub fn value(planned: &Planned, version: u64) -> String {
    let entropy = stream(&format!("value/{}/{version}", planned.id));
    let (project, environment) = (planned.project, planned.environment);
    match planned.template.kind {
        SecretKind::ConnectionString => {
            let (scheme, port) = match planned.template.folder {
                "postgres" => ("postgres", 5432),
                "warehouse" => ("clickhouse", 9440),
                "cluster" => ("https", 9200),
                _ => ("rediss", 6380),
            };
            let password = drawn(&entropy, LETTERS, 24);
            format!(
                "{scheme}://{project}_app:{password}@{environment}.{project}.northwind.example:{port}/{project}"
            )
        }
        SecretKind::ApiKey => format!("example_{environment}_{}", drawn(&entropy, LETTERS, 32)),
        SecretKind::Password => drawn(&entropy, LETTERS, 20),
        SecretKind::OneTimeCode => drawn(&entropy, BASE32, 32),
        SecretKind::Certificate => block(&entropy, "CERTIFICATE", 14),
        SecretKind::KeyPair => block(&entropy, "PRIVATE KEY", 18),
        SecretKind::Generic => format!(
            "https://{}@errors.northwind.example/{}",
            drawn(&entropy, LETTERS, 32),
            40
        ),
    }
}

/// A block in the manner of PEM that says it is an example and parses as nothing.
fn block(entropy: &dyn Entropy, label: &str, lines: u32) -> String {
    let mut text = format!("-----BEGIN EXAMPLE {label}-----\n");
    for _ in 0..lines {
        text.push_str(&drawn(entropy, LETTERS, 64));
        text.push('\n');
    }
    text.push_str(&format!("-----END EXAMPLE {label}-----\n"));
    text
}

fn drawn(entropy: &dyn Entropy, alphabet: &[u8], length: usize) -> String {
    (0..length)
        .filter_map(|_| {
            let at = usize::try_from(below(entropy, alphabet.len() as u64)).unwrap_or(0);
            alphabet.get(at).map(|byte| char::from(*byte))
        })
        .collect()
}
