//! The `madang` command; all of its code is in the library, where tests reach it.

/// The allocator of the whole process: the system's own took a tenth of a request's time, and its memory came
/// apart under load.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    api::cli::run()
}
