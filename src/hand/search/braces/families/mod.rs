//! The families of edits for languages with braces, each a file. Small costs come first; a family says in its own
//! file what makes one of its edits less likely than another.
//!
//! To add one: a file with `propose` and `EXAMPLES` (language, broken, fixed), a line in the table.

mod assignments;
mod calls;
mod conditions;
mod constants;
mod endings;
mod gathering;
mod guards;
mod indices;
mod ingredients;
mod insertions;
mod loops;
mod members;
mod operators;
mod results;
mod statements;
mod storing;
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
    (&'static str, &'static str, &'static str):
    "operator" 1.0 operators;
    "constant" 1.1 constants;
    "variable" 1.2 variables;
    "swap" 1.3 swaps;
    "call" 1.4 calls;
    "member" 1.5 members;
    "loop" 1.5 loops;
    "index" 1.6 indices;
    "wrap and unwrap" 1.6 wraps;
    "condition" 1.7 conditions;
    "result" 1.7 results;
    "assignment" 1.7 assignments;
    "gathering" 1.7 gathering;
    "statement" 1.8 statements;
    "insertion" 2.2 insertions;
    "guard" 2.2 guards;
    "ending" 2.2 endings;
    "ingredient" 2.2 ingredients;
}
