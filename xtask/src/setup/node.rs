//! npm packages, and the built page that the app embeds.

use super::packages;
use crate::{cargo::finish, places::Places};
use anyhow::{Context, Result};
use std::{fs, path::Path, process::Command, time::SystemTime};

/// The identity provider of tests and the demonstration.
pub fn provider(places: &Places) -> Result<()> {
    clean_install(places, &places.provider(), &["--ignore-scripts"])
}

/// GitHub's side in tests, with its published description.
pub fn github(places: &Places) -> Result<()> {
    clean_install(places, &places.github(), &["--ignore-scripts"])
}

/// The page: its packages, and `ui/dist` when a source is newer.
pub fn page(places: &Places) -> Result<()> {
    let page = places.page();
    clean_install(places, &page, &[])?;
    let built = modified(&page.join("dist/index.html"));
    let newest = newest(&page)?;
    if built.is_some_and(|built| built >= newest) && places.target.join(BUILT).exists() {
        return Ok(());
    }
    finish(npm(&page).args(["run", "build"]))?;
    fs::create_dir_all(&places.target)?;
    fs::write(places.target.join(BUILT), "").context("could not note that the page is built")
}

/// Also wanted because `ui/dist` may come from elsewhere, with newer times and older contents.
const BUILT: &str = "page-is-built";

/// An npm command in a folder.
pub fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command
        .current_dir(folder)
        .env("NPM_CONFIG_FUND", "false")
        .env("NPM_CONFIG_AUDIT", "false");
    command
}

/// `npm ci` when the lock file is not the one that was last installed here.
fn clean_install(places: &Places, folder: &Path, options: &[&str]) -> Result<()> {
    packages::node()?;
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("`{}` has no package-lock.json", folder.display()))?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let stamp = places.target.join(format!("npm-{name}.lock"));
    if folder.join("node_modules").is_dir() && fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    finish(npm(folder).arg("ci").args(options))?;
    fs::create_dir_all(&places.target)?;
    fs::write(&stamp, lock).with_context(|| format!("could not write `{}`", stamp.display()))
}

/// When the newest source below a folder changed.
fn newest(folder: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder).with_context(|| format!("could not list `{}`", folder.display()))? {
        let entry = entry?;
        if matches!(entry.file_name().to_str(), Some("node_modules" | "dist")) {
            continue;
        }
        let path = entry.path();
        let found = if path.is_dir() {
            self::newest(&path)?
        } else {
            modified(&path).unwrap_or(SystemTime::UNIX_EPOCH)
        };
        newest = newest.max(found);
    }
    Ok(newest)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_newest_source_is_found_below_and_what_is_made_is_left_out() {
        let folder = std::env::temp_dir().join(format!("claviger-xtask-{}", std::process::id()));
        for (path, age) in [
            ("index.html", 30),
            ("src/deep/app.ts", 20),
            ("node_modules/x.js", 5),
            ("dist/index.html", 1),
        ] {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = fs::File::create(&path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 - age))
                .unwrap();
        }
        let found = newest(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, SystemTime::UNIX_EPOCH + Duration::from_secs(999_980));
    }
}
