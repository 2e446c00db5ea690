//! Token forms that their vendors publish, one file a family. The secret scan and the masking function
//! share these tables, so that whatever the one would report, the other hides.

pub mod checks;
mod clouds;
mod forges;
mod general;
mod messages;
mod models;
mod payments;
mod stores;
#[cfg(test)]
pub mod template;
mod tools;

pub use general::URL_CREDENTIALS;

use super::finder::{Pattern, Rule};

/// A rule, what its matches must be made of, and text that it must and must not find.
#[derive(Clone, Copy)]
pub struct Shape {
    pub rule: Rule,
    /// Looks inside the secret: a checksum, an encoding.
    pub check: Option<fn(&str) -> bool>,
    /// What gitleaks calls it, so that its settings can be taken over.
    pub aka: &'static [&'static str],
    #[cfg(test)]
    pub yes: &'static [&'static str],
    #[cfg(test)]
    pub no: &'static [&'static str],
}

/// A rule for secrets in this form. The secret is the first group if there is one.
pub const fn form(
    id: &'static str,
    name: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
) -> Shape {
    Shape {
        rule: Rule { id, name, keywords, pattern, entropy: 0.0 },
        check: None,
        aka: &[],
        #[cfg(test)]
        yes: &[],
        #[cfg(test)]
        no: &[],
    }
}

impl From<&Shape> for Pattern {
    fn from(shape: &Shape) -> Self {
        Self { ascii: true, ..Self::from(&shape.rule) }
    }
}

impl Shape {
    /// A form that words or placeholders could also have: the secret must look random.
    pub const fn entropy(mut self, least: f64) -> Self {
        self.rule.entropy = least;
        self
    }

    pub const fn check(mut self, check: fn(&str) -> bool) -> Self {
        self.check = Some(check);
        self
    }

    pub const fn aka(mut self, ids: &'static [&'static str]) -> Self {
        self.aka = ids;
        self
    }

    /// Texts that hold such a secret. `{w:36}` stands for 36 letters and digits (`template.rs` has the
    /// others), so that no scanner takes the table itself for a leak.
    #[cfg_attr(not(test), expect(unused_mut, unused_variables, reason = "only tests look at examples"))]
    pub const fn yes(mut self, texts: &'static [&'static str]) -> Self {
        #[cfg(test)]
        {
            self.yes = texts;
        }
        self
    }

    /// Texts that look like it and hold none.
    #[cfg_attr(not(test), expect(unused_mut, unused_variables, reason = "only tests look at examples"))]
    pub const fn no(mut self, texts: &'static [&'static str]) -> Self {
        #[cfg(test)]
        {
            self.no = texts;
        }
        self
    }
}

/// The pattern of a value that is known only by the name it is given to.
macro_rules! near {
    ($name:literal, $value:literal) => {
        concat!(
            "(?i:",
            $name,
            r#")(?i:_?[a-z]{0,12})["'\]]{0,2}\s{0,4}(?:=>|:=|={1,3}|:|,|\()\s{0,4}(?:[bru@$]?\\?["'`])?("#,
            $value,
            r#")(?:[^A-Za-z0-9_/+=-]|$)"#
        )
    };
}
use near;

/// Every family, the more particular before the more general.
pub static FAMILIES: &[&[Shape]] = &[
    forges::RULES,
    clouds::RULES,
    stores::RULES,
    models::RULES,
    payments::RULES,
    messages::RULES,
    tools::RULES,
    general::RULES,
];

pub fn shapes() -> impl Iterator<Item = &'static Shape> {
    FAMILIES.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_whole() {
        let mut ids = std::collections::BTreeSet::new();
        for shape in shapes() {
            let Rule { id, name, keywords, pattern, .. } = shape.rule;
            assert!(ids.insert(id), "{id} stands twice");
            assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') && !name.is_empty());
            assert!(super::super::finder::compile(pattern).is_ok(), "{id}");
            assert!(!keywords.is_empty() && keywords.iter().all(|k| k.len() >= 2 && k.is_ascii()), "{id}");
            assert!(shape.yes.len() >= 2 && shape.no.len() >= 2, "{id} needs two examples of each kind");
        }
        assert!(ids.len() >= 200, "{}", ids.len());
    }

    /// The form alone, without the scan's own judgment of values.
    #[test]
    fn every_pattern_finds_its_examples_by_its_keywords() {
        let finder = super::super::finder::Finder::new(shapes().map(|shape| shape.rule).collect());
        for (at, shape) in shapes().enumerate() {
            for text in shape.yes {
                let text = template::fill(text);
                let found = finder.find(&text).into_iter().any(|hit| hit.rule == at);
                assert!(found, "{}: {text}", shape.rule.id);
            }
        }
    }
}
