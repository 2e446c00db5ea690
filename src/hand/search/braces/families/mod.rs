//! The families of edits for languages with braces, each a file. Small costs come first; a family says in its own
//! file what makes one of its edits less likely than another.
//!
//! To add one: a file with `propose` and `EXAMPLES` (language, broken, fixed), a line in [`FAMILIES`].

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
use super::drafts::Drafts;
use super::scene::Scene;

pub struct Family {
    pub name: &'static str,
    cost: f64,
    /// Looks at one node of the function.
    propose: fn(&mut Drafts, usize),
    #[cfg(test)]
    examples: &'static [(&'static str, &'static str, &'static str)],
}

macro_rules! family {
    ($name:literal, $cost:literal, $module:ident) => {
        Family {
            name: $name,
            cost: $cost,
            propose: $module::propose,
            #[cfg(test)]
            examples: $module::EXAMPLES,
        }
    };
}

const FAMILIES: &[Family] = &[
    family!("operator", 1.0, operators),
    family!("constant", 1.1, constants),
    family!("variable", 1.2, variables),
    family!("swap", 1.3, swaps),
    family!("call", 1.4, calls),
    family!("member", 1.5, members),
    family!("loop", 1.5, loops),
    family!("index", 1.6, indices),
    family!("wrap and unwrap", 1.6, wraps),
    family!("condition", 1.7, conditions),
    family!("result", 1.7, results),
    family!("assignment", 1.7, assignments),
    family!("gathering", 1.7, gathering),
    family!("statement", 1.8, statements),
    family!("insertion", 2.2, insertions),
    family!("guard", 2.2, guards),
    family!("ending", 2.2, endings),
    family!("ingredient", 2.2, ingredients),
];

/// Everything that the families think of for one function, in no order.
pub fn drafts(scene: &Scene) -> Vec<Draft> {
    let mut drafts = Drafts::new(scene);
    for family in FAMILIES {
        drafts.enter(family.name, family.cost);
        for node in scene.nodes() {
            (family.propose)(&mut drafts, node);
        }
    }
    drafts.into_all()
}
