//! The arrows between crates go one way, and the client side never meets the server side (docs/architecture.md).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::{collections::BTreeMap, fs, path::Path};

/// For each package, what it may import of ours in its products (tests may use more).
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("crypto", &["model"]),
    ("policy", &["model"]),
    ("ledger", &["model", "crypto"]),
    ("protocol", &["model"]),
    ("sign-in", &["model", "crypto", "protocol"]),
    ("cache", &["model", "crypto", "ledger", "protocol"]),
    (
        "vault",
        &["model", "crypto", "ledger", "protocol", "sign-in", "cache"],
    ),
    ("app", &["model", "vault"]),
    ("storage", &["model", "crypto", "policy", "ledger"]),
    ("connectors", &["model", "crypto"]),
    (
        "server",
        &[
            "model",
            "crypto",
            "policy",
            "ledger",
            "protocol",
            "storage",
            "connectors",
        ],
    ),
    (
        "demo",
        &[
            "model", "crypto", "policy", "ledger", "protocol", "storage", "server",
        ],
    ),
    ("testkit", &["model"]),
];

const CLIENT: &[&str] = &["sign-in", "cache", "vault", "app"];
const SERVER: &[&str] = &["storage", "connectors", "server", "demo"];

fn imports() -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let mut manifests = vec![root.join("Cargo.toml")];
    manifests.extend(
        fs::read_dir(root.join("crates"))
            .unwrap()
            .map(|entry| entry.unwrap().path().join("Cargo.toml")),
    );
    let read = |path| {
        let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let name = manifest["package"]["name"]
            .as_str()
            .unwrap()
            .trim_start_matches("claviger-")
            .to_owned();
        let dependencies = manifest
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .cloned()
            .unwrap_or_default();
        let ours = dependencies
            .keys()
            .filter_map(|key| key.strip_prefix("claviger-"))
            .map(str::to_owned)
            .collect();
        (name, ours)
    };
    manifests.into_iter().map(read).collect()
}

#[test]
fn every_arrow_is_one_that_was_drawn() {
    for (package, found) in imports() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == package) else {
            panic!("`{package}` has no row here: draw its arrows first");
        };
        for import in found {
            assert!(
                allowed.contains(&import.as_str()),
                "`{package}` must not import `{import}`"
            );
        }
    }
}

#[test]
fn the_drawn_arrows_keep_client_and_server_apart() {
    let sides = [(CLIENT, SERVER), (SERVER, CLIENT)];
    for (package, allowed) in MAY_IMPORT {
        for (side, other) in sides {
            if side.contains(package) {
                assert!(
                    allowed.iter().all(|import| !other.contains(import)),
                    "`{package}` reaches across"
                );
            }
        }
    }
}
