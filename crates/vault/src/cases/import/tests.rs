#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crate::{
    Vault,
    cases::tests::synced,
    view::{
        import::{EnvChoice, EnvFile, EnvInto, EnvLineWrong},
        secret::SecretKind,
    },
};
use claviger_protocol::problem::Code;

const FILE: &str =
    "# old\nSTRIPE_KEY=sk_live_1\nexport NEW_ONE='a b'\nLD_PRELOAD=/tmp/x.so\nnot a line\nNEW_ONE=$HOME\n";

async fn read(vault: &Vault, place: &str, text: &str) -> EnvFile {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prod.env");
    std::fs::write(&path, text).unwrap();
    vault.read_env_file(place, &path).await.unwrap()
}

fn new(line: u32, title: &str) -> EnvChoice {
    EnvChoice {
        line,
        into: EnvInto::New {
            title: title.to_owned(),
            kind: SecretKind::ApiKey,
        },
    }
}

#[tokio::test]
async fn a_file_is_told_by_names_and_lines_and_never_by_values() {
    let (_device, vault, secret, sample) = synced().await;
    let place = sample.scope("shop/prod").to_string();
    let file = read(&vault, &place, FILE).await;
    assert_eq!(file.name, "prod.env");
    let lines: Vec<_> = file
        .entries
        .iter()
        .map(|entry| (entry.line, entry.name.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (2, "STRIPE_KEY"),
            (3, "NEW_ONE"),
            (4, "LD_PRELOAD"),
            (6, "NEW_ONE")
        ]
    );
    let stands = file.entries[0].existing.as_ref().unwrap();
    assert_eq!((stands.id.clone(), stands.may_write), (secret.to_string(), true));
    assert!(file.entries[1].overridden && !file.entries[3].overridden && file.entries[3].refers);
    assert!(file.entries[2].runs_code && !file.entries[0].runs_code);
    assert_eq!(file.problems.len(), 1);
    assert_eq!(
        (file.problems[0].line, file.problems[0].what),
        (5, EnvLineWrong::NoValue)
    );
    let told = serde_json::to_string(&file).unwrap();
    for value in ["sk_live", "a b", "/tmp/x.so"] {
        assert!(!told.contains(value), "{told}");
    }
}

#[tokio::test]
async fn what_got_lost_on_the_way_is_sent_as_the_same_and_what_is_in_is_passed_over() {
    let (device, vault, secret, sample) = synced().await;
    let place = sample.scope("shop/prod").to_string();
    let file = read(&vault, &place, FILE).await;
    device.server.told().lose_creations = 1;
    let lost = vault
        .import_env_file(&file.id, vec![new(3, "NEW_ONE")])
        .await
        .unwrap();
    assert_eq!(lost[0].problem.as_ref().unwrap().code, "offline");
    let made = vault
        .import_env_file(&file.id, vec![new(3, "NEW_ONE")])
        .await
        .unwrap();
    let ids: Vec<_> = device
        .server
        .told()
        .created
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        ids,
        [made[0].secret.clone().unwrap()],
        "one secret, whatever got lost"
    );
    let again = vault
        .import_env_file(&file.id, vec![new(3, "NEW_ONE")])
        .await
        .unwrap();
    assert!(again.is_empty(), "{again:?}");

    // A version keeps its number until the server says that somebody else wrote it.
    let version = || EnvChoice {
        line: 2,
        into: EnvInto::Version {
            secret: secret.to_string(),
        },
    };
    let before = sample.book.secrets[&secret].version;
    device.server.told().lose_writes = 1;
    let lost = vault.import_env_file(&file.id, vec![version()]).await.unwrap();
    assert_eq!(lost[0].problem.as_ref().unwrap().code, "offline");
    let path = format!("/v1/secrets/{secret}/versions");
    device
        .server
        .told()
        .refuse
        .insert(path.clone().leak(), Code::Conflict);
    let other = vault.import_env_file(&file.id, vec![version()]).await.unwrap();
    assert_eq!(other[0].problem.as_ref().unwrap().code, "conflict");
    device.server.told().refuse.clear();
    let written = vault.import_env_file(&file.id, vec![version()]).await.unwrap();
    assert_eq!(written[0].secret, Some(secret.to_string()));
    assert_eq!(device.server.told().written, [before + 1, before + 1]);
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_and_one_that_was_given_up_is_gone() {
    let (_device, vault, _, sample) = synced().await;
    let place = sample.scope("shop/prod").to_string();
    let folder = tempfile::tempdir().unwrap();
    let missing = vault.read_env_file(&place, folder.path()).await.unwrap_err();
    assert_eq!(missing.code, "fileUnreadable");
    let binary = folder.path().join("binary");
    std::fs::write(&binary, [0xff, 0xfe, b'=']).unwrap();
    assert_eq!(
        vault.read_env_file(&place, &binary).await.unwrap_err().code,
        "fileUnreadable"
    );
    let file = read(&vault, &place, FILE).await;
    vault.forget_env_file().unwrap();
    let gone = vault
        .import_env_file(&file.id, vec![new(3, "x")])
        .await
        .unwrap_err();
    assert_eq!(gone.code, "importGone");
}
