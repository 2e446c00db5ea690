//! Whether what the API shows can be what a workflow file calls it.

use super::file::Step;

/// The name that GitHub shows of a step which has none.
pub fn label(step: &Step) -> String {
    let first = |text: &str| text.trim_start().lines().next().unwrap_or_default().to_owned();
    let given = step.name.as_deref().or(step.id.as_deref()).map(str::to_owned);
    given.or_else(|| step.run.as_deref().or(step.uses.as_deref()).map(first)).unwrap_or_default()
}

pub fn names_step(step: &Step, shown: &str) -> bool {
    let first = |text: &str| text.trim_start().lines().next().unwrap_or_default().to_owned();
    match (&step.name, step.run.as_deref().or(step.uses.as_deref())) {
        (Some(name), _) => matches(name, shown),
        (None, Some(does)) => matches(&format!("Run {}", first(does)), shown),
        (None, None) => false,
    }
}

/// Whether `text` can be what the runner made of `template`: `${{ … }}` stands for anything.
pub fn matches(template: &str, text: &str) -> bool {
    let (template, text) = (normal(template), normal(text));
    let parts = literals(&template);
    let Some((first, middle)) = parts.split_first() else { return false };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let Some((last, middle)) = middle.split_last() else { return left.is_empty() };
    for part in middle {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

/// How much of `template` is no expression: the more, the less it can be taken for another.
pub fn weight(template: &str) -> usize {
    literals(template).iter().map(|part| part.trim().len()).sum()
}

fn literals(template: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find("${{") {
        parts.push(&rest[..start]);
        rest = rest[start..].find("}}").map_or("", |end| &rest[start + end + 2..]);
    }
    parts.push(rest);
    parts
}

fn normal(text: &str) -> String {
    text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_match_whole_texts_only() {
        assert!(matches("a ${{ x }} b", "a 1 b"));
        assert!(!matches("a ${{ x }} b", "a 1 c"));
        assert!(matches("npm test", "npm test\n"));
        assert!(!matches("npm test", "npm test; rm -rf /"));
        assert!(matches("${{ x }}", "anything"));
        assert!(weight("Tests") > weight("${{ matrix.name }}"));
    }
}
