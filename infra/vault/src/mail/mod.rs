//! Letters by e-mail and SMS. A request only puts a letter in the queue, in its own transaction; a job sends
//! it afterwards, from any process. So a slow mail server never slows a request, and a restart loses no
//! letter.
//!
//! Reading order: [`letter`] (the letters and their words), [`outbox`] (how a letter is put in the queue),
//! [`send`] (the jobs that send letters), [`sender`] (what those jobs do), [`queue`] (the rows behind the
//! jobs), [`transport`] (SMTP, SMS over HTTP, or nothing), [`mailbox`] (letters that did not leave, for
//! trying things out).
//!
//! Invariants:
//! - A letter is sent if, and only if, the transaction that enqueued it commits.
//! - A letter is sent once, or again with the same Message-ID if a process died before it could note that the
//!   letter was sent.
//! - No address, code or link is in a log line or in debug output, nor in the table for longer than needed.

mod language;
mod letter;
mod mailbox;
mod outbox;
mod queue;
mod send;
mod sender;
mod transport;

pub use language::{Language, UnknownLanguage};
pub use letter::{Channel, Letter};
pub use mailbox::{StoredLetter, stored_letters};
pub use outbox::Outbox;
pub use queue::{gauge, sweep};
pub use send::{ByEmail, BySms, SendLetter, Via, adopt};
pub use sender::Sender;
pub use transport::TransportError;
