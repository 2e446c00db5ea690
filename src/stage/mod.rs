//! The flow: what happens between an event and a pull request.

pub mod locate;
