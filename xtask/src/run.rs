//! The demonstration: provider and server behind, the app in front, data in `target/demo`.

use crate::{arguments::RunOptions, cargo, child::Child, places::Places, setup};
use anyhow::{Context, Result};
use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7420);
const PROVIDER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7421);
const CLIENT: &str = "claviger-desktop";
const COMPANY: &str = "Northwind";
const READY_WITHIN: Duration = Duration::from_secs(60);
/// What scripts see when there is no screen.
const NO_DISPLAY: u8 = 2;

pub fn run(places: &Places, options: RunOptions) -> Result<ExitCode> {
    let app = places.binary("claviger-app", options.release);
    let demonstration = Demonstration {
        folder: places.demonstration(),
        programs: app.parent().unwrap_or(&places.target).to_owned(),
        server: SERVER,
        provider: PROVIDER,
    };
    if !has_display(|name| env::var_os(name).is_some_and(|value| !value.is_empty())) {
        println!(
            "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). With one, this would start"
        );
        println!("  the identity provider   http://{PROVIDER}\n  the server              http://{SERVER}");
        println!(
            "  with their data in      {}\nand open\n  {}",
            demonstration.folder.display(),
            app.display()
        );
        return Ok(ExitCode::from(NO_DISPLAY));
    }
    for address in [SERVER, PROVIDER] {
        TcpListener::bind(address)
            .with_context(|| format!("{address} is taken: is the demonstration running already?"))?;
    }
    prepare(places, options)?;
    demonstration.seed(options.reset)?;
    demonstration.behind(places, &demonstration.app(&app))
}

fn prepare(places: &Places, options: RunOptions) -> Result<()> {
    setup::system(&[])?;
    setup::provider(places)?;
    setup::page(places)?;
    let mut build = cargo::cargo(places, &["build", "--workspace", "--bins"]);
    if options.release {
        build.arg("--release");
    }
    cargo::finish(&mut build)
}

/// What it is made of, and where it is.
struct Demonstration {
    /// `data/` of the server, `keys/` beside it, `app/` of the app.
    folder: PathBuf,
    /// Where our programs are.
    programs: PathBuf,
    server: SocketAddr,
    provider: SocketAddr,
}

impl Demonstration {
    fn configuration(&self) -> PathBuf {
        self.folder.join("server.toml")
    }

    fn people(&self) -> PathBuf {
        self.folder.join("people.json")
    }

    /// Provider and server behind an app, until that ends. Whatever becomes of this process, none of them outlives it.
    fn behind(&self, places: &Places, app: &Command) -> Result<ExitCode> {
        let _provider = self.provider(places)?;
        let _server = self.server()?;
        println!(
            "\nThe server is http://{}; the browser will ask who you are. Close the window or press Ctrl+C to stop.",
            self.server
        );
        let status = Child::watched("app", app)?.wait()?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    /// Fills an empty folder, or one that was left half filled.
    fn seed(&self, reset: bool) -> Result<()> {
        let done = self.folder.join("seeded");
        if (reset || !done.exists()) && self.folder.exists() {
            fs::remove_dir_all(&self.folder)
                .with_context(|| format!("could not empty `{}`", self.folder.display()))?;
        }
        for part in ["data", "keys", "app"] {
            fs::create_dir_all(self.folder.join(part))?;
        }
        fs::write(self.configuration(), self.settings())?;
        if done.exists() {
            return Ok(());
        }
        println!("seeding the demonstration in {}", self.folder.display());
        let mut seed = product(&self.programs.join("claviger-demo"));
        seed.arg("seed")
            .arg("--config")
            .arg(self.configuration())
            .arg("--provider-people")
            .arg(self.people());
        cargo::finish(&mut seed)?;
        fs::write(done, "").context("could not note that the demonstration is seeded")
    }

    fn provider(&self, places: &Places) -> Result<Child> {
        let mut command = Command::new("node");
        command
            .arg(places.provider().join("provider.mjs"))
            .arg("--people")
            .arg(self.people());
        command.args([
            "--port",
            &self.provider.port().to_string(),
            "--client",
            CLIENT,
            "--company",
            COMPANY,
        ]);
        let mut provider = Child::start("identity provider", command.stdout(Stdio::piped()))?;
        provider.first_line()?;
        Ok(provider)
    }

    fn server(&self) -> Result<Child> {
        let mut command = product(&self.programs.join("claviger-server"));
        command
            .args(["serve", "--demonstration", "--config"])
            .arg(self.configuration());
        let mut server = Child::watched("server", &command)?;
        server.wait_for(self.server, READY_WITHIN)?;
        Ok(server)
    }

    /// The app keeps its data here, while the browser that it opens finds the person's own settings.
    fn app(&self, program: &Path) -> Command {
        let mut command = product(program);
        let own = env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        let own = own.or_else(|| env::home_dir().map(|home| home.join(".local/share")));
        let shared = env::var_os("XDG_DATA_DIRS").filter(|value| !value.is_empty());
        let shared = shared.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
        if let Ok(paths) = env::join_paths(own.into_iter().chain(env::split_paths(&shared))) {
            command.env("XDG_DATA_DIRS", paths);
        }
        command
            .env("XDG_DATA_HOME", self.folder.join("app/data"))
            .env("XDG_CACHE_HOME", self.folder.join("app/cache"));
        command.env("CLAVIGER_SERVER", format!("http://{}", self.server));
        command
    }

    fn settings(&self) -> String {
        let quoted = |part: &str| format!("{:?}", self.folder.join(part).to_string_lossy());
        let (server, provider) = (self.server, self.provider);
        format!(
            "# Written anew at each `cargo xtask run`.\nlisten = \"{server}\"\npublic_origin = \"http://{server}\"\n\
             database = {}\nkey_file = {}\norganization = \"{COMPANY}\"\n\n\
             [oidc]\nissuer = \"http://{provider}\"\nclient_id = \"{CLIENT}\"\ngroups_claim = \"groups\"\n",
            quoted("data/server.db"),
            quoted("keys/root.key"),
        )
    }
}

/// One of our programs, without what tests leave in the environment: the server takes `CLAVIGER_…` for settings.
fn product(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CLAVIGER_")) {
        command.env_remove(name);
    }
    command
}

fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests;
