//! Three processes of the server on one PostgreSQL, behind one address that gives each connection to the next of them.

use claviger_testkit::{
    peers::{port, postgres::Postgres},
    products::Product,
};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const REPLICAS: usize = 3;

/// They end when dropped.
pub struct Replicas {
    pub origin: String,
    pub code: String,
    children: Vec<Child>,
    balancer: JoinHandle<()>,
    _postgres: Postgres,
}

impl Replicas {
    /// Founds an organization whose people come from this provider.
    pub async fn found(folder: &Path, issuer: &str, client: &str) -> Self {
        let postgres = Postgres::start().await.unwrap();
        // As an organization would run it: the server of the tests does not wait for its disk.
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let on = format!("ALTER SYSTEM SET {setting} = on");
            postgres.sql("postgres", &on).await.unwrap();
        }
        postgres.sql("postgres", "SELECT pg_reload_conf()").await.unwrap();
        let database = postgres.fresh_database().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (mut children, mut ports) = (Vec::new(), Vec::new());
        for number in 0..REPLICAS {
            let place = folder.join(number.to_string());
            fs::create_dir_all(&place).unwrap();
            let port = port::kept().unwrap();
            let settings = format!(
                "listen = \"127.0.0.1:{port}\"\npublic_origin = \"{origin}\"\norganization = \"Example\"\n\
                 key_file = \"{}/root.key\"\n[oidc]\nissuer = \"{issuer}\"\nclient_id = \"{client}\"\n\
                 [limits]\nunauthenticated_per_second = 1000\nunauthenticated_burst = 1000\n",
                folder.display()
            );
            fs::write(place.join("server.toml"), settings).unwrap();
            if number == 0 {
                let migrated = server(&place, &database).arg("migrate").status().unwrap();
                assert!(migrated.success(), "the tables could not be made");
            }
            children.push(started(&place, &database));
            ports.push(port);
        }
        // Each start makes a new one, as long as there is no Owner.
        let newest = folder.join((REPLICAS - 1).to_string());
        let code = fs::read_to_string(newest.join("bootstrap")).unwrap();
        Self {
            origin,
            code: code.trim().to_owned(),
            children,
            balancer: tokio::spawn(balance(listener, ports)),
            _postgres: postgres,
        }
    }
}

fn server(place: &Path, database: &str) -> Command {
    let mut command = Product::Server.command().unwrap();
    command
        .arg("--config")
        .arg(place.join("server.toml"))
        .env("CLAVIGER_DATABASE", database);
    command
}

fn started(place: &Path, database: &str) -> Child {
    let mut command = server(place, database);
    command
        .arg("serve")
        .arg("--bootstrap-file")
        .arg(place.join("bootstrap"));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("listening on "), "the server said: {line:?}");
    child
}

async fn balance(listener: TcpListener, ports: Vec<u16>) {
    for port in ports.into_iter().cycle() {
        let (mut caller, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            caller.set_nodelay(true).unwrap();
            if let Ok(mut replica) = TcpStream::connect(("127.0.0.1", port)).await {
                replica.set_nodelay(true).unwrap();
                let _ended = copy_bidirectional(&mut caller, &mut replica).await;
            }
        });
    }
}

impl Drop for Replicas {
    fn drop(&mut self) {
        self.balancer.abort();
        for child in &mut self.children {
            let _gone = child.kill();
            let _waited = child.wait();
        }
    }
}
