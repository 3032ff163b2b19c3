//! A wire between Madang and a store, in the test's hand: it can be cut, refused or held. It can also stop at
//! the very moment when certain bytes go by, so that a process is killed exactly between a write and its
//! acknowledgement.

use super::within;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// The longest bytes that a trap may wait for.
const LONGEST: usize = 64;

/// The state of the wire: what it does with all bytes and connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Passes,
    /// Connections stay open and are accepted, and nothing goes through them.
    Holds,
    /// The port is closed to new connections; open connections are cut.
    Refuses,
}

/// The direction in which bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    Store,
    Client,
}

/// The part of the piece in which a trap found its bytes that still goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    Nothing,
    Half,
    All,
}

/// A trap waits for bytes to go by; then the whole wire holds, until the test lets it pass again.
struct Trap {
    toward: Toward,
    bytes: Vec<u8>,
    through: Through,
    sprung: oneshot::Sender<()>,
}

/// A proxy that listens on a port of its own and forwards to the store's.
pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
    listening: tokio::task::JoinHandle<()>,
}

struct Shared {
    target: u16,
    wire: watch::Sender<Wire>,
    /// Number of the cuts so far; a connection lives until the next.
    cuts: watch::Sender<u64>,
    trap: Mutex<Option<Trap>>,
}

impl Proxy {
    pub async fn to(target: u16) -> Self {
        let port = super::site::free_port();
        let shared = Arc::new(Shared {
            target,
            wire: watch::Sender::new(Wire::Passes),
            cuts: watch::Sender::new(0),
            trap: Mutex::new(None),
        });
        let listener = listen(port).await;
        let listening = tokio::spawn(accept(shared.clone(), listener, port));
        Self { port, shared, listening }
    }

    pub fn set(&self, wire: Wire) {
        self.shared.wire.send_replace(wire);
        if wire == Wire::Refuses {
            self.cut();
        }
    }

    /// Breaks every connection that is open now.
    pub fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Sets a trap; the returned future ends when the trap has sprung. The wire holds from then on.
    pub fn trap(&self, toward: Toward, bytes: &[u8], through: Through) -> impl Future<Output = ()> + use<> {
        let (sprung, springs) = oneshot::channel();
        let what = format!("{:?} goes toward the {toward:?}", String::from_utf8_lossy(bytes));
        *self.shared.trap() = Some(Trap { toward, bytes: bytes.to_owned(), through, sprung });
        async move { within(&what, springs).await.expect("the proxy lives") }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

impl Shared {
    fn trap(&self) -> std::sync::MutexGuard<'_, Option<Trap>> {
        self.trap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The trap, if these bytes make it spring; the wire holds before the test learns of it.
    fn springs(&self, toward: Toward, before: &[u8], new: &[u8]) -> Option<Trap> {
        let mut trap = self.trap();
        let hit = |trap: &Trap| {
            let overlap = before.len().saturating_sub(trap.bytes.len().saturating_sub(1));
            let seen = [&before[overlap..], new].concat();
            trap.toward == toward && seen.windows(trap.bytes.len()).any(|window| window == trap.bytes)
        };
        if !trap.as_ref().is_some_and(hit) {
            return None;
        }
        self.wire.send_replace(Wire::Holds);
        trap.take()
    }
}

async fn listen(port: u16) -> TcpListener {
    TcpListener::bind(("127.0.0.1", port)).await.expect("the port is the proxy's")
}

async fn accept(shared: Arc<Shared>, first: TcpListener, port: u16) {
    let mut listener = Some(first);
    let mut wire = shared.wire.subscribe();
    loop {
        let open = match listener.take() {
            Some(open) => open,
            None => {
                let _ = wire.wait_for(|&wire| wire != Wire::Refuses).await;
                listen(port).await
            }
        };
        tokio::select! {
            accepted = open.accept() => {
                if let Ok((client, _)) = accepted {
                    tokio::spawn(forward(shared.clone(), client));
                }
                listener = Some(open);
            }
            _ = wire.wait_for(|&wire| wire == Wire::Refuses) => drop(open),
        }
    }
}

async fn forward(shared: Arc<Shared>, client: TcpStream) {
    let mut cuts = shared.cuts.subscribe();
    cuts.mark_unchanged();
    let Ok(store) = TcpStream::connect(("127.0.0.1", shared.target)).await else { return };
    let _ = (client.set_nodelay(true), store.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_store, to_store) = store.into_split();
    let both = async {
        tokio::try_join!(
            pump(&shared, Toward::Store, from_client, to_store),
            pump(&shared, Toward::Client, from_store, to_client),
        )
    };
    tokio::select! {
        _ = both => {}
        _ = cuts.changed() => {}
    }
}

async fn pump(
    shared: &Shared,
    toward: Toward,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
) -> std::io::Result<()> {
    let mut wire = shared.wire.subscribe();
    let mut piece = vec![0; 64 << 10];
    // The end of the bytes before: the bytes that a trap looks for may come in two pieces.
    let mut before = Vec::new();
    loop {
        let read = from.read(&mut piece).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let new = &piece[..read];
        let _ = wire.wait_for(|&wire| wire != Wire::Holds).await;
        let mut done = 0;
        if let Some(trap) = shared.springs(toward, &before, new) {
            done = match trap.through {
                Through::Nothing => 0,
                Through::Half => read / 2,
                Through::All => read,
            };
            to.write_all(&new[..done]).await?;
            let _ = trap.sprung.send(());
            let _ = wire.wait_for(|&wire| wire != Wire::Holds).await;
        }
        to.write_all(&new[done..]).await?;
        before.extend_from_slice(new);
        before.drain(..before.len().saturating_sub(LONGEST));
    }
}
