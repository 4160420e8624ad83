#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;

fn load(settings: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut all = vec![
        ("CLAVIGER_OIDC__ISSUER", "https://id.example.com"),
        ("CLAVIGER_OIDC__CLIENT_ID", "claviger"),
        ("HOME", "/home/someone"),
    ];
    all.extend_from_slice(settings);
    let environment = all
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Sources {
        environment,
        ..Sources::default()
    }
    .load()
}

#[test]
fn the_defaults_are_safe() {
    let config = load(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:7420");
    assert_eq!(
        config.root.to_string(),
        "/home/someone/.config/claviger-server/root.key"
    );
    let Database::Sqlite(path) = config.database else {
        unreachable!("SQLite is the default")
    };
    assert_eq!(
        path,
        PathBuf::from("/home/someone/.local/share/claviger-server/server.db")
    );
    assert_eq!(config.oidc.reassert, Duration::from_secs(3600));
    assert_eq!((config.scim.claim.as_str(), config.scim.groups), ("sub", false));
}

#[test]
fn what_is_unsafe_or_unclear_is_refused_by_name() {
    for (settings, expected) in [
        (
            &[("CLAVIGER_LISTEN", "0.0.0.0:7420")][..],
            "reachable from other machines",
        ),
        (&[("CLAVIGER_LISTEN", "7420")], "`listen`"),
        (&[("CLAVIGER_SCIM__CLAIM", "email")], "`scim.claim`"),
        (&[("CLAVIGER_SCIM__CLAIM", "")], "`scim.claim`"),
        (&[("CLAVIGER_SCIM__GROUPS_BY", "name")], "groups_by"),
        (&[("CLAVIGER_TLS__KEY", "/k")], "both `certificate` and `key`"),
        (
            &[
                ("CLAVIGER_LISTEN", "0.0.0.0:1"),
                ("CLAVIGER_TLS__KEY", "/k"),
                ("CLAVIGER_TLS__CERTIFICATE", "/c"),
            ],
            "`public_origin` must be set",
        ),
        (
            &[("CLAVIGER_PUBLIC_ORIGIN", "http://vault.example.com")],
            "`public_origin`",
        ),
        (
            &[("CLAVIGER_OIDC__ISSUER", "http://id.example.com")],
            "`oidc.issuer`",
        ),
        (&[("CLAVIGER_OIDC__ISSUER", "")], "`oidc.issuer` must be set"),
        (&[("CLAVIGER_OIDC__REASSERT_MINUTES", "61")], "from 1 to 60"),
        (
            &[
                ("CLAVIGER_DATABASE", "/data/a.db"),
                ("CLAVIGER_KEY_FILE", "/data/root.key"),
            ],
            "outside of the data",
        ),
        (
            &[("CLAVIGER_DATABASE", "postgres://u:p@db.example/c?sslmode=disable")],
            "`database`",
        ),
        (&[("CLAVIGER_COLOUR", "blue")], "colour"),
        (
            &[("CLAVIGER_TRUSTED_PROXIES", "[\"10.0.0.1/8\"]")],
            "`trusted_proxies`",
        ),
    ] {
        let error = load(settings).unwrap_err();
        assert!(error.to_string().contains(expected), "{settings:?}: {error}");
    }
}

#[test]
fn the_way_to_another_machines_database_is_verified() {
    let database = ("CLAVIGER_DATABASE", "postgres://u:p@db.example/c");
    let url = |settings: &[(&str, &str)]| match load(settings).unwrap().database {
        Database::Postgres(url) => url,
        Database::Sqlite(path) => path.display().to_string(),
    };
    assert_eq!(
        url(&[database]),
        "postgres://u:p@db.example/c?sslmode=verify-full"
    );
    let authority = ("CLAVIGER_DATABASE_TLS__CERTIFICATE_AUTHORITY", "/etc/ca.pem");
    assert_eq!(
        url(&[database, authority]),
        "postgres://u:p@db.example/c?sslrootcert=/etc/ca.pem&sslmode=verify-full"
    );
    let allowed = ("CLAVIGER_DATABASE_TLS__ALLOW_UNVERIFIED", "true");
    assert_eq!(url(&[database, allowed]), "postgres://u:p@db.example/c");
}

#[test]
fn credentials_come_last_and_name_files() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(
        directory.path().join("database"),
        "postgres://u:secret@db/claviger\n",
    )
    .unwrap();
    std::fs::write(directory.path().join("key_file"), "x").unwrap();
    let file = directory.path().join("server.toml");
    let text = "database = \"/elsewhere.db\"\nlimits.body_bytes = 262144\n[oidc]\nissuer = \"https://id.example.com\"\nclient_id = \"c\"\n";
    std::fs::write(&file, text).unwrap();
    let sources = Sources {
        file: Some(file),
        environment: vec![("CLAVIGER_LIMITS__SHUTDOWN_SECONDS".into(), "3".into())],
        credentials: Some(directory.path().to_owned()),
    };
    let config = sources.load().unwrap();
    assert!(matches!(config.database, Database::Postgres(_)));
    assert!(!format!("{config:?}").contains("secret"));
    assert_eq!(config.root.file(), Some(&*directory.path().join("key_file")));
    assert_eq!(
        (config.limits.body_bytes, config.limits.shutdown),
        (262_144, Duration::from_secs(3))
    );
}

#[test]
fn the_root_key_has_one_home() {
    let home = |variables: &[(&str, &str)]| load(variables).map(|config| config.root.to_string());
    let key = ("CLAVIGER_ROOT_KEY", "keyring:claviger");
    assert_eq!(home(&[key]).unwrap(), "keyring:claviger");
    let shared = home(&[key, ("CLAVIGER_DATABASE", "postgres://u:p@db/c")]).unwrap_err();
    assert!(matches!(shared, ConfigError::KeyringShared), "{shared}");
    let both = home(&[key, ("CLAVIGER_KEY_FILE", "/k")]).unwrap_err();
    assert!(matches!(both, ConfigError::TwoRoots), "{both}");

    let wrapped = ("CLAVIGER_ROOT_KEY", "transit:/etc/claviger/root.wrapped");
    let none = home(&[wrapped]).unwrap_err();
    assert!(matches!(none, ConfigError::Root(_)), "{none}");
    let address = ("CLAVIGER_TRANSIT__ADDRESS", "https://bao.example:8200");
    let named = ("CLAVIGER_TRANSIT__KEY", "claviger");
    let token = ("CLAVIGER_TRANSIT__TOKEN_FILE", "/run/bao/token");
    assert_eq!(home(&[wrapped, address, named, token]).unwrap(), wrapped.1);
    let half = home(&[address, named]).unwrap_err();
    assert!(
        matches!(half, ConfigError::Missing("transit.token_file")),
        "{half}"
    );
    let half = home(&[named, token]).unwrap_err();
    assert!(matches!(half, ConfigError::Missing("transit.address")), "{half}");
    for address in [
        "http://bao.example:8200",
        "https://user:word@bao.example",
        "https://bao.example/?a=b",
        "bao",
    ] {
        let refused = home(&[wrapped, ("CLAVIGER_TRANSIT__ADDRESS", address), named, token]).unwrap_err();
        assert!(matches!(refused, ConfigError::TransitAddress(_)), "{refused}");
    }
    for wrong in ["..", "a/b", "a?b", ""] {
        let refused = home(&[wrapped, address, ("CLAVIGER_TRANSIT__KEY", wrong), token]).unwrap_err();
        assert!(
            matches!(refused, ConfigError::TransitName("transit.key")),
            "{refused}"
        );
    }

    // Not beside the data, wrapped or not: a backup of both would only wait for the engine.
    let beside = ("CLAVIGER_ROOT_KEY", "transit:/var/lib/claviger/root.wrapped");
    let database = ("CLAVIGER_DATABASE", "/var/lib/claviger/server.db");
    let refused = home(&[beside, address, named, token, database]).unwrap_err();
    assert!(matches!(refused, ConfigError::KeyBesideData(_)), "{refused}");
}

#[test]
fn a_list_in_the_environment_is_a_list() {
    let config = load(&[("CLAVIGER_OIDC__MULTI_FACTOR_ACR", "[\"gold\"]")]).unwrap();
    assert_eq!(config.oidc.multi_factor_acr, ["gold"]);
}
