//! From the start of the app to its list of 100,000 secrets, and the memory of all its processes, beside WebKit's own empty browser
//! on the same desktop; one JSON object a line.
//!
//! The desktop is that of the journeys: its own screen, bus, unlocked keyring and driver. This program starts it, and itself
//! again on it, since a program finds the bus by its environment.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement stops when something fails"
)]

#[path = "client/browser.rs"]
mod browser;
#[path = "client/company.rs"]
mod company;
#[path = "client/device.rs"]
#[expect(dead_code, reason = "the app does the rest here")]
mod device;
#[path = "client/memory.rs"]
mod memory;
#[path = "client/rows.rs"]
mod rows;
/// The scripted server and its log, as the tests have them.
#[path = "../src/testing"]
#[expect(dead_code, reason = "the tests need more of it")]
mod testing {
    #[path = "log.rs"]
    pub(crate) mod log;
    #[path = "server/mod.rs"]
    pub(crate) mod server;
}
#[path = "client/wire.rs"]
#[expect(dead_code, reason = "nothing is counted here")]
mod wire;

use browser::Browser;
use claviger_testkit::{
    peers::{port, process::Process},
    products::Product,
};
use claviger_vault::SecretServiceKeyStore;
use device::Device;
use rows::row;
use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

const SECRETS: usize = 100_000;
const STARTS: usize = 3;
/// After that long nothing is drawn or loaded any more.
const SETTLED: Duration = Duration::from_secs(4);
/// On the desktop: its folder, and where its driver answers.
const FOLDER: &str = "BENCH_FOLDER";
const DRIVER: &str = "BENCH_DRIVER";
const EMPTY: &str = "data:text/html,<title>empty</title><p id=there>empty";

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    // `cargo test` runs benches too; only a measurement on purpose is one.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    match (env::var_os(FOLDER), env::var(DRIVER)) {
        (Some(folder), Ok(driver)) => measure(Path::new(&folder), &driver).await,
        _ => on_a_desktop().await,
    }
}

async fn on_a_desktop() {
    let folder = tempfile::tempdir().unwrap();
    let at = |part: &str| folder.path().join(part);
    for part in ["home", "run", "data", "config", "cache"] {
        fs::create_dir(at(part)).unwrap();
    }
    fs::set_permissions(at("run"), fs::Permissions::from_mode(0o700)).unwrap();
    let port = port::kept().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/journey/rig/desktop.sh");
    let with_places = |mut command: Command| {
        command
            .env("HOME", at("home"))
            .env("XDG_RUNTIME_DIR", at("run"))
            .env("XDG_DATA_HOME", at("data"))
            .env("XDG_CONFIG_HOME", at("config"))
            .env("XDG_CACHE_HOME", at("cache"))
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env_remove("CLAVIGER_SERVER")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("DISPLAY");
        command
    };
    let mut command = with_places(Command::new(script));
    command.arg(folder.path()).arg(port.to_string());
    let mut desktop = Process::start("desktop", &mut command).unwrap();
    let line = desktop.line().await.unwrap();
    let bus = line.trim_end().split(' ').nth(1).unwrap();
    let mut again = with_places(Command::new(env::current_exe().unwrap()));
    again
        .arg("--bench")
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env(FOLDER, folder.path())
        .env(DRIVER, format!("http://127.0.0.1:{port}"));
    let ended = tokio::task::spawn_blocking(move || again.status())
        .await
        .unwrap()
        .unwrap();
    assert!(
        ended.success(),
        "{}",
        fs::read_to_string(folder.path().join("log")).unwrap_or_default()
    );
}

async fn measure(folder: &Path, driver: &str) {
    let keys = Arc::new(SecretServiceKeyStore::new());
    let device = Device::enrolled(&folder.join("data/claviger"), keys, SECRETS).await;
    let empty = match minibrowser() {
        Some(binary) => Some(start(driver, &binary, &["--automation"], Some(EMPTY), "#there").await),
        None => {
            eprintln!("WebKit's MiniBrowser is not there, so the ratios fail");
            None
        }
    };
    row(
        "webkit_empty_start",
        empty.map(|(took, _)| took),
        "ms",
        None,
        None,
    );
    row(
        "webkit_empty_memory",
        empty.and_then(|(_, memory)| memory),
        "MB",
        None,
        None,
    );
    let app = match Product::App.path() {
        Ok(binary) => Some(start(driver, &binary, &[], None, "[data-testid='secret-row']").await),
        Err(error) => {
            eprintln!("{error}");
            None
        }
    };
    drop(device);
    let (took, memory) = (app.map(|(took, _)| took), app.and_then(|(_, memory)| memory));
    let of_empty =
        |ours: Option<f64>, theirs: Option<f64>| ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
    let start = of_empty(took, empty.map(|(took, _)| took));
    row("app_start_100k", took, "ms", None, start);
    row("app_start_100k_of_empty", start, "ratio", Some(1.25), None);
    let pss = of_empty(memory, empty.and_then(|(_, memory)| memory));
    row("app_memory_100k", memory, "MB", Some(300.0), pss);
    row("app_memory_100k_of_empty", pss, "ratio", Some(1.25), None);
}

/// The middle one of several starts until something shows, in milliseconds, and the memory of the last one when it settled.
async fn start(
    driver: &str,
    binary: &Path,
    arguments: &[&str],
    address: Option<&str>,
    selector: &str,
) -> (f64, Option<f64>) {
    let mut times = Vec::new();
    let mut memory = None;
    for _ in 0..STARTS {
        let begin = Instant::now();
        let browser = Browser::start(driver, binary, arguments).await;
        if let Some(address) = address {
            browser.go_to(address).await;
        }
        browser.find(selector).await;
        times.push(begin.elapsed());
        tokio::time::sleep(SETTLED).await;
        memory = memory::pss_of(&binary.file_name().unwrap().to_string_lossy());
        browser.close().await;
        tokio::time::sleep(SETTLED).await;
    }
    times.sort_unstable();
    (times[STARTS / 2].as_secs_f64() * 1_000.0, memory)
}

/// Where the packages of WebKitGTK put it.
fn minibrowser() -> Option<PathBuf> {
    let folders = [
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1",
        "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1",
        "/usr/libexec/webkit2gtk-4.1",
    ];
    folders
        .iter()
        .map(|folder| Path::new(folder).join("MiniBrowser"))
        .find(|path| path.is_file())
}
