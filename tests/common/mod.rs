//! What several test binaries share. Each uses a part of it.
#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]
#![allow(dead_code, reason = "every test binary compiles all of it and uses a part")]

pub mod doubles;
pub mod http;
pub mod model;
pub mod rsa;
