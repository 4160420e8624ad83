//! A private desktop for one app: screen, bus, keyring, driver, home.

use claviger_testkit::peers::{
    browser::{Answer, write_xdg_open},
    process::Process,
};
use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// What a journey cannot wait for, in milliseconds.
const TIMINGS: &str = r#"{"poll":2000,"tick":500,"reconnect_first":200,"reconnect_last":1000}"#;

pub struct Desktop {
    folder: TempDir,
    display: String,
    port: u16,
    // Ends everything on the desktop.
    _process: Process,
}

impl Desktop {
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("claviger-journey-")
            .tempdir()
            .unwrap();
        let at = |part: &str| folder.path().join(part);
        for part in ["home", "run", "data", "config", "cache", "bin"] {
            fs::create_dir(at(part)).unwrap();
        }
        fs::set_permissions(at("run"), fs::Permissions::from_mode(0o700)).unwrap();
        let port = free_port();
        let path = std::env::var("PATH").unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journey/rig/desktop.sh");
        let mut command = Command::new(script);
        command
            .arg(folder.path())
            .arg(port.to_string())
            .env("PATH", format!("{}:{path}", at("bin").display()))
            .env("HOME", at("home"))
            .env("XDG_RUNTIME_DIR", at("run"))
            .env("XDG_DATA_HOME", at("data"))
            .env("XDG_CONFIG_HOME", at("config"))
            .env("XDG_CACHE_HOME", at("cache"))
            .env("TZ", "UTC")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("CLAVIGER_TIMINGS", TIMINGS)
            .env_remove("CLAVIGER_SERVER")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("DISPLAY");
        let mut process = Process::start("desktop", &mut command).unwrap();
        let line = process
            .line()
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", log(folder.path())));
        let (display, _bus) = line.split_once(' ').unwrap();
        Self {
            display: display.to_owned(),
            port,
            _process: process,
            folder,
        }
    }

    /// Who answers when the app opens the browser.
    pub fn browse_as(&self, sub: &str) {
        write_xdg_open(&self.folder.path().join("bin"), sub, Answer::Allow).unwrap();
    }

    /// Where the driver of the web view answers.
    pub fn driver(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What another program would paste; empty for an empty clipboard.
    pub fn clipboard(&self) -> String {
        let output = Command::new("xclip")
            .args(["-selection", "clipboard", "-out"])
            .env("DISPLAY", &self.display)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Writes what is on the screen as PNG. (The driver's own pictures hang now and then where nothing is drawn anew.)
    pub fn picture(&self, path: &Path) {
        let taken = Command::new("import")
            .args(["-window", "root"])
            .arg(path)
            .env("DISPLAY", &self.display)
            .status()
            .unwrap();
        assert!(taken.success(), "no picture of the screen");
    }

    /// Where the app keeps its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data/claviger")
    }

    /// What the programs on the desktop said.
    pub fn log(&self) -> String {
        let browser = fs::read_to_string(self.folder.path().join("bin/xdg-open.log")).unwrap_or_default();
        format!("{}\nbrowser: {browser}", log(self.folder.path()))
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}
