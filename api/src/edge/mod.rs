//! The edge: what every handler takes in and gives out.
//!
//! The modules in the order of a request: [`arrival`] (what the layers learnt), [`caller`] (the person or
//! operator who asks), [`command`] (all that comes with a write), [`body`], [`memory`], [`path`], [`list`]
//! and [`cursor`], [`reader`] (what a query must have seen), [`member`] (what only people themselves ask
//! about their account), [`cookies`] (sessions of browsers); then [`facts`] about other aggregates, and the
//! ways out: [`committed`], [`fresh`], [`problem`], with [`cut`] for texts that are shown in part.

pub mod arrival;
pub mod author;
pub mod body;
pub mod caller;
pub mod command;
pub mod committed;
pub mod cookies;
pub mod cursor;
pub mod cut;
pub mod facts;
pub mod failure;
pub mod fresh;
mod ground;
pub mod html;
pub mod language;
pub mod list;
pub mod member;
pub mod memory;
pub mod path;
pub mod problem;
pub mod reader;
pub mod version;

pub use author::{Alias, Author, avatar_path, banner_path};
pub use body::Fields;
pub use caller::{Person, Staff};
pub use command::{ByAdmin, WriteRequest, WriteRequestWith};
pub use committed::Committed;
pub use fresh::Fresh;
pub use list::{List, Listing, PageQuery};
pub use member::{Form, Member, MemberForm, Visitor};
pub use problem::{FieldError, Problem};
pub use reader::Reader;
