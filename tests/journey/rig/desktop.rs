//! A private desktop for one app: screen, bus, keyring, driver, home.

use claviger_testkit::peers::{
    browser::{Answer, write_xdg_open},
    port,
    process::Process,
};
use rustix::process::Pid;
use std::{
    ffi::OsStr,
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

/// What a journey cannot wait for, in milliseconds.
const TIMINGS: &str = r#"{"poll":2000,"tick":500,"reconnect_first":200,"reconnect_last":1000}"#;

/// How long a copied or revealed value stays, in seconds.
#[derive(Clone, Copy)]
pub struct Stay {
    pub clipboard: u32,
    pub screen: u32,
}

/// Long enough for a picture and an audit.
pub const LONG: Stay = Stay {
    clipboard: 60,
    screen: 60,
};

/// Short enough to wait for.
pub const SHORT: Stay = Stay {
    clipboard: 3,
    screen: 3,
};

pub struct Desktop {
    folder: TempDir,
    display: String,
    bus: String,
    /// The process group of everything on the desktop.
    group: i32,
    port: u16,
    // Ends everything on the desktop.
    _process: Process,
}

impl Desktop {
    pub async fn start() -> Self {
        Self::start_with(LONG).await
    }

    /// A desktop on which the app was set to keep values for as long as this.
    pub async fn start_with(stay: Stay) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("claviger-journey-")
            .tempdir()
            .unwrap();
        let at = |part: &str| folder.path().join(part);
        for part in ["home", "run", "data", "config", "cache", "bin"] {
            fs::create_dir(at(part)).unwrap();
        }
        fs::set_permissions(at("run"), fs::Permissions::from_mode(0o700)).unwrap();
        write_settings(&at("data/claviger"), stay);
        let port = port::kept().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journey/rig/desktop.sh");
        let mut command = Command::new(script);
        command.arg(folder.path()).arg(port.to_string());
        at_home(&mut command, folder.path());
        command
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("DISPLAY");
        let mut process = Process::start("desktop", &mut command).unwrap();
        let line = process
            .line()
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", log(folder.path())));
        let words: Vec<_> = line.split(' ').collect();
        let [display, bus, group] = words.try_into().unwrap();
        Self {
            display: display.to_owned(),
            bus: bus.to_owned(),
            group: group.parse().unwrap(),
            port,
            _process: process,
            folder,
        }
    }

    /// Who answers when the app opens the browser.
    pub fn browse_as(&self, sub: &str) {
        write_xdg_open(&self.folder.path().join("bin"), sub, Answer::Allow).unwrap();
    }

    /// Puts the app's clock forward, by so much in all; nothing else on the desktop feels it.
    pub fn put_forward(&self, by: Duration) {
        fs::write(self.folder.path().join("clock"), by.as_millis().to_string()).unwrap();
    }

    /// Where the driver of the web view answers.
    pub fn driver(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A command as a person on this desktop would run it.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        at_home(&mut command, self.folder.path());
        command
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// What a command prints, without the white space around it.
    pub fn said(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.command(program).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Opens the app with a link, as a mail program does: the app that runs takes it, and this start ends.
    pub fn follow(&self, link: &str) {
        let mut command = self.command(env!("CARGO_BIN_EXE_claviger-app"));
        let status = command.arg(link).stdin(Stdio::null()).status().unwrap();
        assert!(status.success(), "{}", self.log());
    }

    /// What another program would paste; empty for an empty clipboard.
    pub fn clipboard(&self) -> String {
        self.said("xclip", &["-selection", "clipboard", "-out"])
    }

    /// Copies something in another program.
    pub fn copy_elsewhere(&self, text: &str) {
        let mut child = self
            .command("xclip")
            .args(["-selection", "clipboard", "-in"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// The app's process.
    pub fn app(&self) -> Option<Pid> {
        let processes = fs::read_dir("/proc").unwrap();
        processes.flatten().find_map(|entry| {
            let id: i32 = entry.file_name().to_str()?.parse().ok()?;
            // proc(5): pid (comm) state ppid pgrp …
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
            let mut rest = rest.split(' ');
            let alive = rest.next()? != "Z";
            let ours = rest.nth(1)?.parse() == Ok(self.group);
            (name == "claviger-app" && alive && ours).then(|| Pid::from_raw(id))?
        })
    }

    /// Gives the app's window another size, in its corner of the screen.
    pub fn resize(&self, width: u32, height: u32) {
        let found = self.said("xdotool", &["search", "--onlyvisible", "--name", "^Claviger$"]);
        let window = found.lines().next().unwrap();
        let (width, height) = (width.to_string(), height.to_string());
        self.said("xdotool", &["windowsize", window, &width, &height]);
    }

    /// Takes the pointer to a corner, where nothing explains itself to one that rests.
    pub fn point_nowhere(&self) {
        self.said("xdotool", &["mousemove", "0", "0"]);
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

    /// A folder of the person's.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where the app keeps its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data/claviger")
    }

    /// Every folder in which the app or its web view may leave something.
    pub fn folders(&self) -> [PathBuf; 3] {
        ["data", "config", "cache"].map(|part| self.folder.path().join(part))
    }

    /// What the app and everything that it stands on said.
    pub fn app_log(&self) -> String {
        log(self.folder.path())
    }

    /// What the programs on the desktop said.
    pub fn log(&self) -> String {
        let browser = fs::read_to_string(self.folder.path().join("bin/xdg-open.log")).unwrap_or_default();
        format!("{}\nbrowser: {browser}", log(self.folder.path()))
    }
}

/// Home, folders and settings of the person whose desktop it is.
fn at_home(command: &mut Command, folder: &Path) {
    let at = |part: &str| folder.join(part);
    let path = std::env::var("PATH").unwrap();
    command
        .current_dir(at("home"))
        .env("PATH", format!("{}:{path}", at("bin").display()))
        .env("HOME", at("home"))
        .env("XDG_RUNTIME_DIR", at("run"))
        .env("XDG_DATA_HOME", at("data"))
        .env("XDG_CONFIG_HOME", at("config"))
        .env("XDG_CACHE_HOME", at("cache"))
        .env("TZ", "UTC")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env("CLAVIGER_TIMINGS", TIMINGS)
        .env("CLAVIGER_CLOCK", at("clock"))
        .env_remove("CLAVIGER_SERVER");
}

fn write_settings(folder: &Path, stay: Stay) {
    fs::create_dir(folder).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    let settings = serde_json::json!({
        "theme": "system",
        "lockAfterMinutes": 10,
        "clipboardSeconds": stay.clipboard,
        "revealSeconds": stay.screen,
    });
    fs::write(folder.join("settings.json"), settings.to_string()).unwrap();
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}
