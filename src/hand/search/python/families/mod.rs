//! The families of edits, each a file. Small costs come first; a family says in its own file what makes one of its
//! edits less likely than another.
//!
//! To add one: a file with `propose` and `EXAMPLES`, a line in the table, a line in docs/hands.md.

mod assignments;
mod attributes;
mod calls;
mod constants;
mod ingredients;
mod insertions;
mod operators;
mod predicates;
mod results;
mod slices;
mod statements;
mod swaps;
#[cfg(test)]
mod tests;
mod variables;
mod wraps;

use super::super::draft::Draft;
use super::super::families::families;
use super::drafts::Drafts;
use super::scene::Scene;

families! {
    (&'static str, &'static str):
    "operator" 1.0 operators;
    "constant" 1.1 constants;
    "variable" 1.5 variables;
    "swap" 1.3 swaps;
    "call" 1.4 calls;
    "attribute" 1.5 attributes;
    "slice and index" 1.6 slices;
    "wrap and unwrap" 1.6 wraps;
    "condition" 1.7 predicates;
    "result" 1.7 results;
    "assignment" 1.7 assignments;
    "statement" 1.8 statements;
    "insertion" 2.2 insertions;
    "ingredient" 2.2 ingredients;
}
