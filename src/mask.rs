//! Placeholder until the guard lands.
