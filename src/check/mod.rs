//! Checks that run something: the repository's own hooks, over the files of a patch.

mod hooks;

pub use hooks::{Context, run};
