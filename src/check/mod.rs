//! Checks that run something over the files of a patch: the repository's hooks, and guards of its own.

mod hooks;
mod own;

pub use hooks::{Context, run};
pub use own::run_own;

use hooks::Capture;
