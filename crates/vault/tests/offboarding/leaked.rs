//! A leaked value, and who had it.

use super::{Company, VALUE, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_value_finds_its_versions_and_holders() {
    let company = Company::found().await;
    let Company { olga, ben, cleo, .. } = &company;
    let found = olga.look_up_leak(text(&format!("  {VALUE}\n"))).await.unwrap();
    let version = found.versions.first().unwrap();
    assert_eq!(
        (found.versions.len(), version.version, version.current),
        (1, 1, true)
    );
    assert_eq!(version.secret.reference.path, "payments/production");
    let holders: Vec<_> = version
        .holdings
        .iter()
        .map(|one| one.person.name.as_str())
        .collect();
    assert!(!holders.is_empty() && holders.iter().all(|name| *name == "ben"));
    ben.new_version(&company.secret, text("another"), None)
        .await
        .unwrap();
    let old = olga.look_up_leak(text(VALUE)).await.unwrap();
    assert_eq!(
        old.versions.iter().map(|one| one.current).collect::<Vec<_>>(),
        [false]
    );
    assert!(
        olga.look_up_leak(text("never here"))
            .await
            .unwrap()
            .versions
            .is_empty()
    );
    assert_eq!(
        olga.look_up_leak(text(" \n")).await.unwrap_err().code,
        "valueMissing"
    );
    assert_eq!(
        cleo.look_up_leak(text(VALUE)).await.unwrap_err().code,
        "forbidden"
    );
}
