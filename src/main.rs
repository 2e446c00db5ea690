//! The thin binary. The sandbox helper comes first: before arguments, threads or anything else.

fn main() -> std::process::ExitCode {
    thanos_fix::process::enter_helper_if_asked();
    thanos_fix::cli::main()
}
