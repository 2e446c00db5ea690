//! Ranks files for an issue text without an index: one pass counts the query's terms in every file,
//! the ranking weighs them by how rare they are, and a second look at the best files finds where in
//! them the terms stand together. Walking and reading is the caller's.

mod path;
mod query;
mod rank;
mod scan;
mod terms;
mod words;

#[cfg(test)]
mod tests;

pub use path::worth_reading;
pub use query::Query;
pub use rank::{Ranking, rank};
pub use scan::Doc;
