//! Placeholder until the process room lands.
pub struct Finished;
