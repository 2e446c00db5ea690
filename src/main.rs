//! The thin binary.

fn main() -> std::process::ExitCode {
    thanos_fix::cli::main()
}
