//! What comes from outside, bent in every way: nothing of it may do more than be refused. `PROPTEST_CASES` says how
//! often each property is tried.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod bend;
mod inputs;
mod patches;
mod proposals;

use proptest::prelude::ProptestConfig;

/// A run that takes seconds, unless the environment asks for more.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}
