//! The `madang` command; all of it is in the library, where tests reach it.

/// A tenth of a request's time went into the system's allocator, and its memory came apart under load.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    api::cli::run()
}
