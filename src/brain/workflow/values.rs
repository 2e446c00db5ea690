//! What stands for `${{ … }}`: the values that the files themselves tell. Everything else stays an expression.

use super::file::{entries, scalar};
use super::matrix::Combination;
use serde_yaml::Value;
use std::collections::BTreeMap;

/// Where the runner checks out and where it lays what is private: a step finds both in variables of these names.
pub const WORKSPACE: &str = "$GITHUB_WORKSPACE";
const TEMP: &str = "$RUNNER_TEMP";

/// Context and name, in lower case as GitHub compares them → value.
#[derive(Clone)]
pub struct Values(BTreeMap<String, String>);

impl Default for Values {
    fn default() -> Self {
        let fixed = [("github.workspace", WORKSPACE), ("runner.temp", TEMP)];
        Self(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }
}

impl Values {
    pub fn with_matrix(mut self, combination: &Combination) -> Self {
        for (name, value) in combination {
            self.set("matrix", name, value);
        }
        self
    }

    /// The inputs of something that is used: declared with their defaults, and given.
    pub fn of_used(outer: &Self, declared: &Value, given: &Value) -> Self {
        let mut inner = Self::default();
        for (name, input) in entries(declared) {
            if let Some(value) = input.get("default") {
                inner.set("inputs", name, value);
            }
        }
        for (name, value) in entries(given) {
            if let Some(value) = scalar(value) {
                inner.put("inputs", name, outer.fill(&value));
            }
        }
        inner
    }

    pub fn put(&mut self, context: &str, name: &str, value: String) {
        self.0.insert(format!("{context}.{name}").to_lowercase(), value);
    }

    fn set(&mut self, context: &str, name: &str, value: &Value) {
        match value {
            Value::Mapping(_) => {
                let below = format!("{context}.{name}");
                for (name, value) in entries(value) {
                    self.set(&below, name, value);
                }
            }
            value => {
                if let Some(value) = scalar(value) {
                    self.put(context, name, self.fill(&value));
                }
            }
        }
    }

    /// `text` with every expression that is the name of a known value in its place.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${{") {
            let Some(end) = rest[start..].find("}}").map(|end| start + end) else { break };
            let name = rest[start + 3..end].trim().to_lowercase();
            filled.push_str(&rest[..start]);
            match self.0.get(&name) {
                Some(value) => filled.push_str(value),
                None => filled.push_str(&rest[start..end + 2]),
            }
            rest = &rest[end + 2..];
        }
        filled + rest
    }
}

/// Where GitHub's runners check out, by themselves and in a container: the repository's name twice below it.
const WORK: &[&str] = &["/home/runner/work/", "/Users/runner/work/", "/__w/"];

/// Text of a log with the runner's checkout as the variable that names ours.
pub fn localize(text: &str) -> String {
    let mut text = text.to_owned();
    for work in WORK {
        text = below(&text, work);
    }
    text
}

fn below(text: &str, work: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(work) {
        let name: String = rest[at + work.len()..].chars().take_while(|&c| is_of_name(c)).collect();
        let end = at + work.len() + name.len();
        let again = rest[end..].strip_prefix('/').and_then(|left| left.strip_prefix(name.as_str()));
        match again.filter(|left| !name.is_empty() && !left.starts_with(is_of_name)) {
            Some(left) => {
                out.push_str(&rest[..at]);
                out.push_str(WORKSPACE);
                rest = left;
            }
            None => {
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    out + rest
}

/// The same where the job lays the repository in the folder `below` of the checkout.
pub fn lifted(text: &str, below: &str) -> String {
    let place = format!("{WORKSPACE}/{below}");
    let mut parts = text.split(&place);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(if part.starts_with(is_of_name) { &place } else { WORKSPACE });
        out.push_str(part);
    }
    out
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_the_rest_stays() {
        let given: Value = serde_yaml::from_str("{Py: 3.12, os: {name: linux}, again: '${{ matrix.Py }}!'}").unwrap();
        let given = entries(&given).map(|(name, value)| (name.to_owned(), value.clone())).collect();
        let values = Values::default().with_matrix(&given);
        assert_eq!(values.fill("a${{matrix.py}}b${{ matrix.os.name }}"), "a3.12blinux");
        assert_eq!(values.fill("${{ matrix.again }} ${{ secrets.X }} ${{ open"), "3.12! ${{ secrets.X }} ${{ open");
        assert_eq!(values.fill("${{ github.workspace }}/x"), "$GITHUB_WORKSPACE/x");
    }

    #[test]
    fn the_runners_checkout_is_ours() {
        for (said, here) in [
            ("cd /home/runner/work/p/p/src", "cd $GITHUB_WORKSPACE/src"),
            ("A=/__w/a.b/a.b:/__w/a.b/a.b/x", "A=$GITHUB_WORKSPACE:$GITHUB_WORKSPACE/x"),
            ("/home/runner/work/p/pq", "/home/runner/work/p/pq"),
            ("/home/runner/work/p/q /home/runner/work/", "/home/runner/work/p/q /home/runner/work/"),
            ("/home/runner/work/_temp/x", "/home/runner/work/_temp/x"),
        ] {
            assert_eq!(localize(said), here, "{said}");
        }
    }
}
