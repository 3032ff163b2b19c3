//! A mail server that keeps the letters it receives, and fails in the ways that mail servers do.

use mail_parser::MessageParser;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The time that a letter has to arrive, longer than any takes on a busy machine: a letter that takes longer
/// was not sent.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server's behaviour from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// The server takes everything.
    Kind,
    /// The server answers each recipient with this reply.
    Refusing(&'static str),
    /// The server answers this step with this reply: `connect`, `EHLO`, `MAIL`, `RCPT`, `DATA`, or `.`, which
    /// ends the letter.
    RefusingAt(&'static str, &'static str),
    /// The server takes whole letters and does not acknowledge them while this mood lasts.
    Hanging,
}

/// A letter as it arrived, decoded.
#[derive(Clone, Debug)]
pub struct Received {
    /// The envelope's recipient.
    pub to: String,
    pub from: String,
    pub subject: String,
    pub text: String,
    pub message_id: String,
}

/// The mail server; it ends with the test.
pub struct Sink {
    port: u16,
    state: Arc<watch::Sender<State>>,
    listening: Option<JoinHandle<()>>,
}

struct State {
    mood: Mood,
    /// Letters that were taken and acknowledged.
    received: Vec<Received>,
    /// The indexes of the letters that a test has read.
    read: HashSet<usize>,
    /// Number of steps that were refused.
    refusals: usize,
    /// Number of letters whose content has arrived and is not acknowledged.
    hanging: usize,
}

impl Sink {
    /// Starts a server that takes everything.
    pub async fn start() -> Self {
        let state =
            State { mood: Mood::Kind, received: vec![], read: HashSet::new(), refusals: 0, hanging: 0 };
        let state = Arc::new(watch::Sender::new(state));
        let mut sink = Self { port: crate::faults::free_port(), state, listening: None };
        sink.come_back().await;
        sink
    }

    /// The server's address: `smtp://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Changes the server's behaviour.
    pub fn be(&self, mood: Mood) {
        self.state.send_modify(|state| state.mood = mood);
    }

    /// Stops the server: nothing answers at its port any more, and connections are cut.
    pub async fn leave(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
            let _ = listening.await;
        }
    }

    /// Starts the server again, at the same port.
    pub async fn come_back(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.expect("the port is still free");
        let state = self.state.clone();
        self.listening = Some(tokio::spawn(async move {
            // The conversations end with this task.
            let mut conversations = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while conversations.try_join_next().is_some() {}
                conversations.spawn(converse(stream, state.clone()));
            }
        }));
    }

    /// Waits for the next letter to this address that no test has read yet, and returns it.
    pub async fn mail_to(&self, address: &str) -> Received {
        let what = format!("a letter to {address}");
        self.wait(&what, |state| {
            let unread = |(n, letter): &(usize, &Received)| letter.to == address && !state.read.contains(n);
            let (n, letter) = state.received.iter().enumerate().find(unread)?;
            let letter = letter.clone();
            state.read.insert(n);
            Some(letter)
        })
        .await
    }

    /// Waits until so many letters have arrived, and returns all of them.
    pub async fn all(&self, many: usize) -> Vec<Received> {
        let enough = |state: &mut State| (state.received.len() >= many).then(|| state.received.clone());
        self.wait(&format!("{many} letters"), enough).await
    }

    /// Every letter that has arrived so far.
    pub fn so_far(&self) -> Vec<Received> {
        self.state.borrow().received.clone()
    }

    /// Number of recipients, or of other steps, that the server refused so far.
    pub fn refusals(&self) -> usize {
        self.state.borrow().refusals
    }

    /// Waits until so many recipients, or other steps, were refused.
    pub async fn refused(&self, many: usize) {
        self.wait("refusals", |state| (state.refusals >= many).then_some(())).await;
    }

    /// Waits until so many letters hang at once.
    pub async fn hangs(&self, many: usize) {
        self.wait("letters that hang", |state| (state.hanging >= many).then_some(())).await;
    }

    /// Waits until the clients whose letters hang have given up; then the server takes everything again.
    pub async fn let_go(&self) {
        self.wait("nobody hangs any more", |state| (state.hanging == 0).then_some(())).await;
        self.be(Mood::Kind);
    }

    async fn wait<T>(&self, what: &str, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut changes = self.state.subscribe();
        let found = async {
            loop {
                changes.mark_unchanged();
                let mut found = None;
                self.state.send_if_modified(|state| {
                    found = look(state);
                    false
                });
                if let Some(found) = found {
                    return found;
                }
                changes.changed().await.expect("we hold the other end");
            }
        };
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(found) => found,
            Err(_) => panic!("not within {} s: {what}; so far {:#?}", PATIENCE.as_secs(), self.so_far()),
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
        }
    }
}

/// Serves one connection, as RFC 5321 has it.
async fn converse(stream: TcpStream, state: Arc<watch::Sender<State>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut to = Vec::new();
    let greeting = refusal(&state, "connect").unwrap_or("220 sink");
    write.write_all(format!("{greeting}\r\n").as_bytes()).await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        if let Some(answer) = refusal(&state, &verb) {
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
            continue;
        }
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250 8BITMIME",
            "MAIL" | "RSET" => {
                to.clear();
                "250 OK"
            }
            "NOOP" => "250 OK",
            "RCPT" => {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                to.push(address.to_owned());
                "250 OK"
            }
            "DATA" if to.is_empty() => "503 to whom?",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    message.push_str(line.strip_prefix('.').unwrap_or(&line));
                    message.push_str("\r\n");
                }
                released(&state, &mut lines).await?;
                let letters = to.drain(..).map(|to| parsed(to, &message)).collect::<Vec<_>>();
                refusal(&state, ".").unwrap_or_else(|| {
                    state.send_modify(|state| state.received.extend(letters));
                    "250 kept"
                })
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 what?",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// The reply with which the server refuses this step, if its mood is to refuse it.
fn refusal(state: &watch::Sender<State>, step: &str) -> Option<&'static str> {
    let mood = state.borrow().mood;
    let answer = match mood {
        Mood::Refusing(answer) if step == "RCPT" => answer,
        Mood::RefusingAt(refused, answer) if step == refused => answer,
        Mood::Kind | Mood::Refusing(_) | Mood::RefusingAt(..) | Mood::Hanging => return None,
    };
    state.send_modify(|state| state.refusals += 1);
    Some(answer)
}

/// Waits while the server hangs; fails when the client gives up meanwhile.
async fn released(
    state: &watch::Sender<State>,
    lines: &mut tokio::io::Lines<impl tokio::io::AsyncBufRead + Unpin>,
) -> std::io::Result<()> {
    if state.borrow().mood != Mood::Hanging {
        return Ok(());
    }
    state.send_modify(|state| state.hanging += 1);
    let mut changes = state.subscribe();
    let result = tokio::select! {
        _ = changes.wait_for(|state| state.mood != Mood::Hanging) => Ok(()),
        _ = lines.next_line() => Err(std::io::ErrorKind::ConnectionAborted.into()),
    };
    state.send_modify(|state| state.hanging -= 1);
    result
}

fn parsed(to: String, message: &str) -> Received {
    let message = MessageParser::default().parse(message.as_bytes()).expect("a mail");
    let from = message.from().and_then(|from| from.first()).and_then(|from| from.address()).expect("a From");
    Received {
        to,
        from: from.to_owned(),
        subject: message.subject().expect("a subject").to_owned(),
        text: message.body_text(0).expect("a text").into_owned(),
        message_id: message.message_id().expect("a Message-ID").to_owned(),
    }
}
