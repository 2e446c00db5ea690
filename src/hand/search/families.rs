//! The table of a language's families of edits: what a family is, and how all of them are asked.

/// `families! { EXAMPLE: "name" cost module; … }` beside the modules, each with `propose` and `EXAMPLES`.
macro_rules! families {
    ($example:ty: $($name:literal $cost:literal $module:ident;)*) => {
        pub struct Family {
            pub name: &'static str,
            cost: f64,
            /// Looks at one node of the function.
            propose: fn(&mut Drafts, usize),
            #[cfg(test)]
            examples: &'static [$example],
        }

        const FAMILIES: &[Family] = &[$(
            Family {
                name: $name,
                cost: $cost,
                propose: $module::propose,
                #[cfg(test)]
                examples: $module::EXAMPLES,
            },
        )*];

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
    };
}

pub(super) use families;
