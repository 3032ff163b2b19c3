//! The `madang` command; all of it is in the library, where tests reach it.

fn main() -> std::process::ExitCode {
    api::cli::run()
}
