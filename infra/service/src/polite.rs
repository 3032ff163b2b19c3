//! Polite threads: work that takes a core for a while runs on threads that give way to all others, so that a
//! burst of such work costs nobody else's time.

use std::io;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The niceness of a polite thread: how much it gives way; 19 is the most.
const NICENESS: i32 = 10;

/// Runs `work` on a thread of its own and waits for it. The caller must bound how many run at once.
///
/// # Errors
/// No thread can be had, or the work panicked.
pub async fn run<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let (done, result) = oneshot::channel();
    // The caller may have hung up.
    let work = move || drop(done.send(work()));
    thread(name, work)?;
    result.await.map_err(io::Error::other)
}

/// Runs `work` as [`run`] does, but blocks the calling thread. Threads that `work` starts are as polite.
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
        // The thread is only less polite where the system does not allow a new priority.
        let _ = rustix::process::setpriority_process(None, NICENESS);
        work()
    })
}
