//! Entry point of `claviger-server`.

fn main() -> std::process::ExitCode {
    claviger_server::cli::run()
}
