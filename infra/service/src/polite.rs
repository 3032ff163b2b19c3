//! Work that takes a core for a while, on threads that give way to all others: a burst of it costs nobody else's
//! time.

use std::io;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// How much it gives way; 19 is the most.
const NICENESS: i32 = 10;

/// Runs `work` on a thread of its own and waits for it. How many run at once is the caller's to bound.
///
/// # Errors
/// No thread can be had, or the work panicked.
pub async fn run<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let (done, result) = oneshot::channel();
    // Whoever asked may have hung up.
    let work = move || drop(done.send(work()));
    thread(name, work)?;
    result.await.map_err(io::Error::other)
}

/// The same where one can't wait otherwise. Threads that `work` starts are as polite.
///
/// # Errors
/// No thread can be had, or the work panicked.
pub fn wait<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    thread(name, work)?.join().map_err(|_| io::Error::other("it panicked"))
}

fn thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Where it is not allowed it is only less polite.
        let _ = rustix::process::setpriority_process(None, NICENESS);
        work()
    })
}
