use std::process::ExitCode;

/// A call makes some hundred short-lived allocations; the system's allocator takes twice as long for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    portico::cli::run(std::env::args_os(), portico::app::serve)
}
