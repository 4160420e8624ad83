//! Rule 12 as it is deployed: `migrate` as the owner of the tables, `serve` as a lesser role.

use crate::program::{PROGRAM, Place};
use claviger_storage::Database;
use claviger_testkit::peers::{postgres::Postgres, provider::Provider};
use std::{
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};

const WITHIN: Duration = Duration::from_secs(60);

async fn run(place: &Place, provider: &Provider, words: &[&str]) -> Output {
    let mut command = place.program(&[], Path::new(PROGRAM));
    command
        .args(words)
        .env("CLAVIGER_OIDC__ISSUER", provider.issuer())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    tokio::time::timeout(WITHIN, command.output())
        .await
        .unwrap()
        .unwrap()
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_runs_as_a_role_that_may_not_change_the_log() {
    let provider = Provider::start(&[]).await.unwrap();
    let cluster = Postgres::shared().await.unwrap();
    let url = cluster.fresh_database().await.unwrap();
    let role = format!("served \"{}\"", std::process::id());
    let quoted = role.replace('"', "\"\"");
    cluster
        .sql(
            "postgres",
            &format!("CREATE ROLE \"{quoted}\" LOGIN PASSWORD 'pw'"),
        )
        .await
        .unwrap();
    let (_, rest) = url.split_once('@').unwrap();
    let as_role = format!(
        "postgres://{}:pw@{rest}",
        role.replace(' ', "%20").replace('"', "%22")
    );
    let keys = tempfile::tempdir().unwrap();
    let place = |url: &str| Place {
        database: Database::Postgres(url.to_owned()),
        key: keys.path().join("root.key"),
    };
    let (owner, server) = (place(&url), place(&as_role));

    let (code, text) = said(
        &run(
            &owner,
            &provider,
            &["migrate", "--server-role", "nobody of that name"],
        )
        .await,
    );
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("`nobody of that name`"), "{text}");
    // The rights are given again to a database that is migrated already.
    for _ in 0..2 {
        let (code, text) = said(&run(&owner, &provider, &["migrate", "--server-role", &role]).await);
        assert_eq!(code, Some(0), "{text}");
    }
    // The lesser role founds the organization and serves.
    let served = server.serve().await;
    let ready = reqwest::get(format!("{}/readyz", served.url)).await.unwrap();
    assert_eq!(ready.status(), 200);
    served.kill().await;
    let (code, text) = said(&run(&server, &provider, &["check"]).await);
    assert_eq!(code, Some(0), "{text}");

    let (code, text) = said(&run(&owner, &provider, &["check"]).await);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("could change what stands in the log"), "{text}");
    assert!(text.contains("migrate --server-role"), "{text}");

    // What cannot be helped is served, with a warning at each start.
    for (place, warned) in [(&owner, true), (&server, false)] {
        let words = keys.path().join("words");
        let mut command = place.command(&[], Path::new(PROGRAM));
        command.stderr(std::fs::File::create(&words).unwrap());
        place.serve_as(command).await.kill().await;
        let text = std::fs::read_to_string(&words).unwrap();
        assert_eq!(
            text.contains("could change what stands in the log"),
            warned,
            "{text}"
        );
    }
}
