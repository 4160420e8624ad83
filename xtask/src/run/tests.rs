//! The demonstration without its window: its parts come up, and end with whoever started them.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

/// Tells a test process that it is the one which runs the demonstration: folder, and ports of server and provider.
const RUNS: &str = "XTASK_TEST_RUNS";
const THIS_TEST: &str = "run::tests::all_of_it_comes_up_and_ends_with_whoever_started_it";
const POLL: Duration = Duration::from_millis(50);
/// Only so that a broken test ends: seeding takes most of it.
const UP_WITHIN: Duration = Duration::from_secs(300);
const DOWN_WITHIN: Duration = Duration::from_secs(60);

#[test]
fn either_display_will_do() {
    assert!(has_display(|name| name == "WAYLAND_DISPLAY"));
    assert!(has_display(|name| name == "DISPLAY"));
    assert!(!has_display(|name| name == "TERM"));
}

#[test]
fn the_key_stands_outside_of_the_data() {
    let text = demonstration(Path::new("/some where/demo"), 7420, 7421).settings();
    assert!(
        text.contains("database = \"/some where/demo/data/server.db\""),
        "{text}"
    );
    assert!(
        text.contains("key_file = \"/some where/demo/keys/root.key\""),
        "{text}"
    );
    assert!(text.contains("issuer = \"http://127.0.0.1:7421\""), "{text}");
}

fn demonstration(folder: &Path, server: u16, provider: u16) -> Demonstration {
    // target/debug/deps/test-… → target/debug
    let test = env::current_exe().unwrap();
    Demonstration {
        folder: folder.to_owned(),
        programs: test.ancestors().nth(2).unwrap().to_owned(),
        server: ([127, 0, 0, 1], server).into(),
        provider: ([127, 0, 0, 1], provider).into(),
    }
}

/// What `run` does, with a program in place of the app that notes its process.
fn runs(told: &str) {
    let mut words = told.split(' ');
    let mut port = || words.next().unwrap().parse().unwrap();
    let (server, provider) = (port(), port());
    let folder = PathBuf::from(words.collect::<Vec<_>>().join(" "));
    let demonstration = demonstration(&folder, server, provider);
    demonstration.seed(false).unwrap();
    let mut app = Command::new("sh");
    app.args(["-c", "echo $$ >\"$0.new\"; mv \"$0.new\" \"$0\"; exec sleep 1000"])
        .arg(folder.join("app.pid"));
    demonstration.behind(&Places::find().unwrap(), &app).unwrap();
}

#[test]
fn all_of_it_comes_up_and_ends_with_whoever_started_it() {
    if let Ok(told) = env::var(RUNS) {
        return runs(&told);
    }
    let folder = env::temp_dir().join(format!("claviger-run-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut seeded = None;
    for signal in ["TERM", "INT"] {
        let started = Started::new(&folder);
        let enrolment = get(started.server, "/v1/enrolment");
        assert!(enrolment.contains("\"demonstration\":true"), "{enrolment}");
        let discovery = get(started.provider, "/.well-known/openid-configuration");
        let issuer = format!("\"issuer\":\"http://127.0.0.1:{}\"", started.provider);
        assert!(discovery.contains(&issuer), "{discovery}");
        let made = fs::metadata(folder.join("seeded")).unwrap().modified().unwrap();
        assert_eq!(*seeded.get_or_insert(made), made, "seeded once");
        started.ends_by(signal);
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// A process that runs the demonstration, with everything below it.
struct Started {
    process: std::process::Child,
    server: u16,
    provider: u16,
    below: Vec<Seen>,
}

impl Started {
    fn new(folder: &Path) -> Self {
        let (server, provider) = (free_port(), free_port());
        let noted = folder.join("app.pid");
        let _ = fs::remove_file(&noted);
        // Whoever runs tests in the background may have had Ctrl+C ignored, which would be inherited.
        let mut process = Command::new("env")
            .arg("--default-signal=INT,TERM")
            .arg(env::current_exe().unwrap())
            .args(["--exact", THIS_TEST, "--nocapture"])
            .env(RUNS, format!("{server} {provider} {}", folder.display()))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let up = within(UP_WITHIN, || {
            assert_eq!(process.try_wait().unwrap(), None, "it ended before it was up");
            noted.exists()
        });
        assert!(up, "it did not come up");
        let app: u32 = fs::read_to_string(&noted).unwrap().trim().parse().unwrap();
        let mut below = Vec::new();
        // The app notes its number a moment before it becomes the program that stays.
        let all = within(UP_WITHIN, || {
            below = self::below(process.id());
            let names: BTreeSet<_> = below.iter().map(|seen| seen.name.as_str()).collect();
            ["node", "claviger-server", "sleep"]
                .iter()
                .all(|name| names.contains(name))
        });
        assert!(all, "{below:?}");
        assert!(below.iter().any(|seen| seen.process == app));
        Self {
            process,
            server,
            provider,
            below,
        }
    }

    /// Signals it alone, as a session that ends does; Ctrl+C reaches no more of them, since each child has a group of its own.
    fn ends_by(mut self, signal: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &self.process.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        assert!(!self.process.wait().unwrap().success());
        let mut left = Vec::new();
        within(DOWN_WITHIN, || {
            left = self.below.iter().filter(|seen| seen.lives()).collect();
            left.is_empty()
        });
        assert!(left.is_empty(), "left after {signal}: {left:?}");
        for port in [self.server, self.provider] {
            assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "{port}");
        }
    }
}

/// A process, told apart from a later one of its number by when it began.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    process: u32,
    parent: u32,
    name: String,
    began: String,
}

impl Seen {
    fn of(process: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let (name, rest) = text.split_once('(')?.1.rsplit_once(')')?;
        // From the third field on: state, parent, …; the twenty-second says when it began.
        let mut fields = rest.split_whitespace();
        let state = fields.next()?;
        (state != "Z").then_some(())?;
        Some(Self {
            process,
            parent: fields.next()?.parse().ok()?,
            name: name.to_owned(),
            began: fields.nth(17)?.to_owned(),
        })
    }

    fn lives(&self) -> bool {
        Self::of(self.process).is_some_and(|now| now.began == self.began)
    }
}

/// Everything that a process started, and what that started.
fn below(top: u32) -> Vec<Seen> {
    let entries = fs::read_dir("/proc").unwrap();
    let all: Vec<_> = entries
        .filter_map(|entry| Seen::of(entry.ok()?.file_name().to_str()?.parse().ok()?))
        .collect();
    let (mut found, mut parents) = (Vec::new(), vec![top]);
    while let Some(parent) = parents.pop() {
        for seen in all.iter().filter(|seen| seen.parent == parent) {
            parents.push(seen.process);
            found.push(seen.clone());
        }
    }
    found
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn within(patience: Duration, mut done: impl FnMut() -> bool) -> bool {
    for _ in 0..patience.as_millis() / POLL.as_millis() {
        if done() {
            return true;
        }
        thread::sleep(POLL);
    }
    false
}
