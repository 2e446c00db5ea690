//! The ledger as pages: a static site of hand-written files with its data in script tags, and the same site served
//! live. Everything that comes from the ledger is foreign text: it travels as JSON and is only ever shown as text.

mod assets;
mod facts;
mod lessons;
mod live;
mod row;
mod serve;
mod site;
mod source;
mod spool;
mod totals;

pub use live::{Beacon, running};
pub use serve::{Listen, serve};
pub use site::{Built, Options, Unusable, build};
pub use source::{Item, Lines, Source, Stored};
