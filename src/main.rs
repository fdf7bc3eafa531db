use std::process::ExitCode;

fn main() -> ExitCode {
    portico::cli::run(std::env::args_os(), portico::app::serve)
}
