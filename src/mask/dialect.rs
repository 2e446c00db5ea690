//! Go's regular expressions in Rust's dialect. The two differ where Go takes a sign for itself that Rust
//! takes for an operator, and in `\w`, `\d`, `\s` and `\b`, which know ASCII alone in Go.

/// The same expression as Rust reads it, on ASCII: that also compiles much faster. What neither takes stays as it is and fails to compile.
pub fn ours(go: &str) -> String {
    let chars: Vec<char> = go.chars().collect();
    let mut out = String::with_capacity(go.len() + 16);
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at = match c {
            '\\' => escape(&chars, at, false, &mut out),
            '[' => class(&chars, at, &mut out),
            '{' if !is_repetition(&chars[at..]) => {
                out.push_str("\\{");
                at + 1
            }
            '}' if !closes_repetition(&chars, at) => {
                out.push_str("\\}");
                at + 1
            }
            c => {
                out.push(c);
                at + 1
            }
        };
    }
    out
}

/// `{3}`, `{3,}`, `{3,5}`.
fn is_repetition(chars: &[char]) -> bool {
    let Some(end) = chars.iter().position(|c| *c == '}') else { return false };
    let inside: String = chars[1..end].iter().collect();
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    match inside.split_once(',') {
        Some((low, high)) => !low.is_empty() && digits(low) && digits(high),
        None => !inside.is_empty() && digits(&inside),
    }
}

fn closes_repetition(chars: &[char], at: usize) -> bool {
    let open = chars[..at].iter().rposition(|c| *c == '{');
    open.is_some_and(|open| is_repetition(&chars[open..=at]) && !is_escaped(chars, open))
        // `\x{7f}`, `\p{Greek}`
        || open.is_some_and(|open| open >= 2 && "xpP".contains(chars[open - 1]) && is_escaped(chars, open - 1))
}

fn is_escaped(chars: &[char], at: usize) -> bool {
    chars[..at].iter().rev().take_while(|c| **c == '\\').count() % 2 == 1
}

/// Writes the escape at `at`; where it ends.
fn escape(chars: &[char], at: usize, in_class: bool, out: &mut String) -> usize {
    let Some(&next) = chars.get(at + 1) else {
        out.push('\\');
        return at + 1;
    };
    match (next, in_class) {
        ('w', false) => out.push_str("[0-9A-Za-z_]"),
        ('w', true) => out.push_str("0-9A-Za-z_"),
        ('W', false) => out.push_str("[^0-9A-Za-z_]"),
        ('d', false) => out.push_str("[0-9]"),
        ('d', true) => out.push_str("0-9"),
        ('s', false) => out.push_str("[\\t\\n\\f\\r ]"),
        ('s', true) => out.push_str("\\t\\n\\f\\r "),
        ('b', false) => out.push_str("(?-u:\\b)"),
        ('Q', false) => return literal(chars, at + 2, out),
        ('x' | 'p' | 'P', _) if chars.get(at + 2) == Some(&'{') => {
            let end = chars[at..].iter().position(|c| *c == '}').map_or(chars.len(), |i| at + i + 1);
            out.extend(&chars[at..end]);
            return end;
        }
        // Letters keep their meaning, or their error; a sign that needs no escape may have one.
        (c, _) if c.is_ascii_alphanumeric() => out.extend(['\\', c]),
        (c, _) if c.is_ascii_punctuation() => out.extend(['\\', c]),
        (c, _) => out.push(c),
    }
    at + 2
}

/// `\Q…\E`.
fn literal(chars: &[char], from: usize, out: &mut String) -> usize {
    let end = (from..chars.len()).find(|i| chars[*i] == '\\' && chars.get(i + 1) == Some(&'E'));
    let text: String = chars[from.min(chars.len())..end.unwrap_or(chars.len())].iter().collect();
    out.push_str(&regex::escape(&text));
    end.map_or(chars.len(), |end| end + 2)
}

/// A class: `[` and doubled `&`, `-`, `~` inside it are operators to Rust alone.
fn class(chars: &[char], open: usize, out: &mut String) -> usize {
    out.push('[');
    let mut at = open + 1;
    if chars.get(at) == Some(&'^') {
        out.push('^');
        at += 1;
    }
    // A bracket that comes first stands for itself.
    if chars.get(at) == Some(&']') {
        out.push_str("\\]");
        at += 1;
    }
    while let Some(&c) = chars.get(at) {
        at = match c {
            ']' => {
                out.push(']');
                return at + 1;
            }
            '\\' => escape(chars, at, true, out),
            '[' if chars.get(at + 1) == Some(&':') => {
                let end = chars[at..].windows(2).position(|w| w == [':', ']']).filter(|end| *end > 1);
                match end {
                    Some(end) => {
                        out.extend(&chars[at..at + end + 2]);
                        at + end + 2
                    }
                    None => {
                        out.push_str("\\[");
                        at + 1
                    }
                }
            }
            '[' => {
                out.push_str("\\[");
                at + 1
            }
            '&' | '~' => {
                out.extend(['\\', c]);
                at + 1
            }
            '-' if chars.get(at + 1) == Some(&'-') => {
                out.push_str("\\-");
                at + 1
            }
            c => {
                out.push(c);
                at + 1
            }
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_rust_takes_too() {
        for (go, text, matches) in [
            (r"\${[a-z]+}", "${name}", true),
            (r"{{.+}}", "{{ x }}", true),
            ("a{2}b{1,}c{1,2}", "aabc", true),
            ("a{,2}", "a{,2}", true),
            (r"^\w{3}$", "äbc", false),
            (r"[\w.-]+@x", "a.b-c@x", true),
            (r"[[a-z]+x", "[ax", true),
            (r"[]a]+", "]a", true),
            (r"[a&&b]", "&", true),
            (r"[[:alpha:]]+", "abc", true),
            (r"\Qa.b\E+", "a.bbb", true),
            (r"\x{41}\p{L}", "AB", true),
            (r#"(?i)key['\"]?\s*=\s*['\"]([a-z{}]{8})"#, "key = 'ab{}cdef", true),
            (r"\/api\/v1\-x", "/api/v1-x", true),
        ] {
            let ours = ours(go);
            let compiled = regex::Regex::new(&ours).unwrap_or_else(|e| panic!("{go} -> {ours}: {e}"));
            assert_eq!(compiled.is_match(text), matches, "{go} -> {ours}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn any_expression_is_survived(go in r"[\\\[\]{}()a-c0-9,:^$.*+?&|~-]{0,24}") {
            let _ = regex::Regex::new(&ours(&go));
        }
    }
}
