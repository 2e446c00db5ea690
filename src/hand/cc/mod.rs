//! C and C++ compilers as judges: how a file is compiled, what is said about a text in its place, and what the
//! compiler itself would do about it. Nothing is written: the text comes through standard input.

mod invocation;
mod judge;
mod report;

pub(super) use judge::{Judge, Verdict};
pub(super) use report::{Fix, Problem, problems};

use crate::ids::RelPath;


/// What is compiled by itself.
pub(super) fn is_unit(path: &RelPath) -> bool {
    path.extension() == "c" || is_plus(path)
}

pub(super) fn is_header(path: &RelPath) -> bool {
    matches!(path.extension().as_str(), "h" | "hh" | "hpp" | "hxx" | "inl" | "ipp")
}

/// Whether a file's name says that it is C++.
pub(super) fn is_plus(path: &RelPath) -> bool {
    matches!(path.extension().as_str(), "cc" | "cpp" | "cxx" | "c++" | "hh" | "hpp" | "hxx")
}
