//! What the server must be able to do, beside its peers; one JSON object a line.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a measurement stops when something fails"
)]

mod bare;
#[path = "../../tests/operations/house/mod.rs"]
#[expect(dead_code, reason = "the fixture serves more than this")]
mod house;
mod leaving;
mod lists;
mod load;
mod log;
mod memory;
#[path = "../../tests/operations/program.rs"]
#[expect(dead_code, reason = "the fixture serves more than this")]
mod program;
mod reads;
mod row;

fn main() {
    // `cargo test` runs benches too; only a measurement on purpose is one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    claviger_server::cli::install_crypto();
    log::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let only = std::env::args()
        .nth(1)
        .filter(|argument| !argument.starts_with('-'));
    runtime.block_on(async {
        let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
        if wanted("reads") {
            reads::measure().await;
        }
        if wanted("lists") {
            lists::measure().await;
        }
        if wanted("memory") {
            memory::measure().await;
        }
        if wanted("leaving") {
            leaving::measure().await;
        }
    });
}
