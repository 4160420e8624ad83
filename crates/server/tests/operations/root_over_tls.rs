//! TLS from the server to a transit engine: nothing is sent to whoever cannot show that they are it.

use crate::program::{PROGRAM, Place};
use claviger_storage::Database;
use claviger_testkit::{
    certificates,
    peers::{front::Front, openbao::OpenBao},
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

const KEY: &str = "claviger";

struct Rig {
    directory: tempfile::TempDir,
    place: Place,
    bao: OpenBao,
    token: String,
}

impl Rig {
    async fn start() -> Self {
        let bao = OpenBao::start().await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("data")).unwrap();
        let place = Place {
            database: Database::Sqlite(directory.path().join("data/claviger.db")),
            key: directory.path().join("never.key"),
        };
        let token = bao.transit(KEY).await.unwrap();
        let rig = Self {
            directory,
            place,
            bao,
            token,
        };
        fs::write(rig.token_file(), format!("{}\n", rig.token)).unwrap();
        rig.token_mode(0o600);
        rig
    }

    fn token_file(&self) -> PathBuf {
        self.directory.path().join("token")
    }

    fn token_mode(&self, mode: u32) {
        fs::set_permissions(self.token_file(), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn authority(&self, pem: &str) -> PathBuf {
        let path = self.directory.path().join("authority.pem");
        fs::write(&path, pem).unwrap();
        path
    }

    async fn front(&self, certificate: &str) -> Front {
        let behind: url::Url = self.bao.origin().parse().unwrap();
        let to = ([127, 0, 0, 1], behind.port().unwrap()).into();
        Front::start(certificate, to).await.unwrap()
    }

    /// The program with the engine at an address; everything that it said, whether it did it or not.
    async fn said(&self, words: &[&str], address: &str, authority: Option<&Path>) -> (bool, String) {
        let mut command = self.place.program(&[], Path::new(PROGRAM));
        command
            .args(words)
            .env_remove("CLAVIGER_KEY_FILE")
            .env("CLAVIGER_LOG_FILTER", "trace")
            .env(
                "CLAVIGER_ROOT_KEY",
                format!("transit:{}", self.directory.path().join("root.wrapped").display()),
            )
            .env("CLAVIGER_TRANSIT__ADDRESS", address)
            .env("CLAVIGER_TRANSIT__KEY", KEY)
            .env("CLAVIGER_TRANSIT__TOKEN_FILE", self.token_file());
        if let Some(authority) = authority {
            command.env("CLAVIGER_TRANSIT__CERTIFICATE_AUTHORITY", authority);
        }
        let output = command.output().await.unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        for secret in [self.token.as_str(), "vault:v1:"] {
            assert!(!said.contains(secret), "{said}");
        }
        (output.status.success(), said)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_is_asked_through_tls_and_by_nobody_else() {
    let rig = Rig::start().await;
    let code = rig.directory.path().join("code").display().to_string();
    let found = ["bootstrap", "--file", code.as_str()];
    let front = rig.front(certificates::SERVER).await;
    let authority = rig.authority(certificates::AUTHORITY);
    let (done, said) = rig.said(&found, &front.origin(), Some(&authority)).await;
    assert!(done, "{said}");
    let (done, said) = rig
        .said(&["keys", "list"], &front.origin(), Some(&authority))
        .await;
    assert!(done && said.contains("key-encryption 1: wraps since"), "{said}");
    assert!(front.opened() >= 2);

    let vouched = "nobody whom this server trusts vouches for it";
    let named = "it is for another name than the one in the address";
    for (certificate, trusted, by_address, fault) in [
        (
            certificates::SERVER,
            Some(certificates::ANOTHER_AUTHORITY),
            false,
            vouched,
        ),
        // The system's authorities know nothing of a company's own.
        (certificates::SERVER, None, false, vouched),
        (
            certificates::OTHER_NAME,
            Some(certificates::AUTHORITY),
            false,
            named,
        ),
        (certificates::SERVER, Some(certificates::AUTHORITY), true, named),
        (
            certificates::EXPIRED,
            Some(certificates::AUTHORITY),
            false,
            "its time is over",
        ),
        (
            certificates::NOT_YET_VALID,
            Some(certificates::AUTHORITY),
            false,
            "its time has not come",
        ),
    ] {
        let front = rig.front(certificate).await;
        let authority = trusted.map(|pem| rig.authority(pem));
        let address = if by_address {
            front.by_address()
        } else {
            front.origin()
        };
        let asked = rig.bao.audited().unwrap();
        let (done, said) = rig.said(&["keys", "list"], &address, authority.as_deref()).await;
        assert!(!done, "{said}");
        let expected =
            format!("the certificate of the transit engine at `{address}/` does not hold: {fault}");
        assert!(said.contains(&expected), "{said}");
        assert!(
            said.contains("`transit.certificate_authority` must hold the authority that signed it"),
            "{said}"
        );
        assert_eq!((front.opened(), rig.bao.audited().unwrap()), (0, asked));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_the_engine_needs_are_named_as_what_they_are() {
    let rig = Rig::start().await;
    let code = rig.directory.path().join("code").display().to_string();
    let found = ["bootstrap", "--file", code.as_str()];
    let front = rig.front(certificates::SERVER).await;
    let empty = rig.authority("no certificate at all");
    let (_, said) = rig.said(&found, &front.origin(), Some(&empty)).await;
    let named = format!(
        "`transit.certificate_authority`: `{}` cannot be read as certificates",
        empty.display()
    );
    assert!(said.contains(&named), "{said}");

    let authority = rig.authority(certificates::AUTHORITY);
    rig.token_mode(0o644);
    let (_, said) = rig.said(&found, &front.origin(), Some(&authority)).await;
    let token = rig.token_file().display().to_string();
    let named = format!("the transit engine's token `{token}` can be read by others; run `chmod 600` on it");
    assert!(said.contains(&named), "{said}");
    assert!(!said.contains("the root key `"), "{said}");

    rig.token_mode(0o600);
    let (done, said) = rig.said(&found, &front.origin(), Some(&authority)).await;
    assert!(done, "{said}");
    let wrapped = rig.directory.path().join("root.wrapped");
    fs::set_permissions(&wrapped, fs::Permissions::from_mode(0o640)).unwrap();
    let (_, said) = rig
        .said(&["keys", "list"], &front.origin(), Some(&authority))
        .await;
    let named = format!(
        "the wrapped root key `{}` can be read by others",
        wrapped.display()
    );
    assert!(said.contains(&named), "{said}");
}
