//! E-mail and SMS. A request only puts a letter in the queue, in its own transaction; it is sent afterwards,
//! from any process. So a slow mail server never slows a request, and a restart loses no letter.
//!
//! Reading order: [`letter`] (what is told, in which words), [`outbox`] (how it is put in the queue), [`sender`]
//! (takes due letters and sends them), [`queue`] (the rows behind that), [`transport`] (SMTP, SMS over HTTP, or
//! nothing), [`mailbox`] (what nothing left of, for those who try things out).
//!
//! Invariants:
//! - A letter is sent if, and only if, the transaction that enqueued it commits.
//! - It is sent once, or again with the same Message-ID if a process died before it could say that it was.
//! - No address, code or link is in a log line or in debug output, nor in the table for longer than needed.

mod language;
mod letter;
mod mailbox;
mod outbox;
mod queue;
mod sender;
mod transport;

pub use language::{Language, UnknownLanguage};
pub use letter::{Channel, Letter};
pub use mailbox::{Kept, kept};
pub use outbox::Outbox;
pub use queue::{gauge, sweep};
pub use sender::{Sender, senders};
pub use transport::TransportError;
