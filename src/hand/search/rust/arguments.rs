//! Arguments that can be written down: which functions take only such, and others like those that were seen.

use super::super::hunt::File;
use super::shape;

const NUMBERS: &[&str] =
    &["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64"];

/// The types that a debug print shows as they can be written again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Number(String),
    Bool,
    Char,
    /// `str`, `String`.
    Text(String),
    List(Box<Kind>),
    /// Whether it may be changed.
    Borrowed(bool, Box<Kind>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Atom(String),
    List(Vec<Value>),
}

/// The names of a function's parameters and their types, where all of them are plain.
pub fn observable(file: &File, function: usize) -> Option<Vec<(String, Kind)>> {
    let all = shape::parameters(file, function)?;
    let generic = file.tree.field(function, "type_parameters").is_some();
    let waits = file.syntax.text(&file.tree[function].range).starts_with("async ");
    let kinds: Option<Vec<_>> = all.into_iter().map(|(name, text)| Some((name, kind(&text)?))).collect();
    kinds.filter(|kinds| !generic && !waits && !kinds.is_empty())
}

fn kind(text: &str) -> Option<Kind> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('&') {
        let rest = rest.trim_start();
        let (changes, inner) = rest.strip_prefix("mut ").map_or((false, rest), |inner| (true, inner));
        return Some(Kind::Borrowed(changes, Box::new(kind(inner)?)));
    }
    let vector = text.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>'));
    let slice = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|inner| !inner.contains(';'));
    match vector.or(slice) {
        Some(inner) => Some(Kind::List(Box::new(kind(inner)?))),
        None if NUMBERS.contains(&text) => Some(Kind::Number(text.to_owned())),
        None => match text {
            "bool" => Some(Kind::Bool),
            "char" => Some(Kind::Char),
            "str" | "String" => Some(Kind::Text(text.to_owned())),
            _ => None,
        },
    }
}

impl Kind {
    /// How a value of it that is owned is declared.
    pub fn owned(&self) -> String {
        match self {
            Self::Number(name) => name.clone(),
            Self::Bool => "bool".to_owned(),
            Self::Char => "char".to_owned(),
            Self::Text(_) => "String".to_owned(),
            Self::List(inner) => format!("Vec<{}>", inner.element()),
            Self::Borrowed(_, inner) => inner.owned(),
        }
    }

    fn element(&self) -> String {
        match self {
            Self::Borrowed(_, inner) => match inner.as_ref() {
                Self::Text(name) if name == "str" => "&str".to_owned(),
                inner => format!("&{}", inner.owned()),
            },
            own => own.owned(),
        }
    }

    /// How a value is written that is owned.
    pub fn written(&self, value: &Value) -> Option<String> {
        Some(match (self, value) {
            (Self::Borrowed(_, inner), value) => inner.written(value)?,
            (Self::List(inner), Value::List(all)) => {
                let all: Option<Vec<String>> = all.iter().map(|value| inner.inside(value)).collect();
                format!("vec![{}]", all?.join(", "))
            }
            (Self::Text(_), Value::Atom(text)) if text.starts_with('"') => format!("String::from({text})"),
            (Self::Number(name), Value::Atom(text)) if is_number(name, text) => text.clone(),
            (Self::Bool, Value::Atom(text)) if text == "true" || text == "false" => text.clone(),
            (Self::Char, Value::Atom(text)) if text.starts_with('\'') => text.clone(),
            _ => return None,
        })
    }

    fn inside(&self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Borrowed(_, inner), Value::Atom(text)) if matches!(inner.as_ref(), Self::Text(name) if name == "str") => {
                Some(text.clone())
            }
            (Self::Borrowed(..), _) => Some(format!("&{}", self.written(value)?)),
            _ => self.written(value),
        }
    }

    /// How an owned value is handed over.
    pub fn handed(&self, name: &str) -> String {
        match self {
            Self::Borrowed(true, _) => format!("&mut {name}"),
            Self::Borrowed(false, _) => format!("&{name}"),
            _ => name.to_owned(),
        }
    }
}

fn is_number(kind: &str, text: &str) -> bool {
    let float = kind.starts_with('f');
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || float && matches!(c, '.' | 'e' | '-'))
        && (!kind.starts_with('u') || !text.starts_with('-'))
}

/// A debug print as a value.
pub fn parse(text: &str) -> Option<Value> {
    let (value, rest) = value(text)?;
    rest.trim().is_empty().then_some(value)
}

fn value(text: &str) -> Option<(Value, &str)> {
    let text = text.trim_start();
    let Some(mut rest) = text.strip_prefix('[') else {
        let end = atom(text)?;
        return Some((Value::Atom(text[..end].to_owned()), &text[end..]));
    };
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(']') {
            return Some((Value::List(all), after));
        }
        let (one, after) = value(rest)?;
        all.push(one);
        let after = after.trim_start();
        rest = after.strip_prefix(',').unwrap_or(after);
    }
}

/// Where an atom ends: behind its closing quote, or before what separates.
fn atom(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else {
        let end = text.find([',', ']']).unwrap_or(text.len());
        return (end > 0).then_some(end);
    };
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_printed_is_written_again() {
        for (kind_of, printed, expect) in [
            ("&[i32]", "[1, -2]", "vec![1, -2]"),
            ("&mut Vec<Vec<u8>>", "[[1], []]", "vec![vec![1], vec![]]"),
            ("&str", r#""a, \"b]""#, r#"String::from("a, \"b]")"#),
            ("&[&str]", r#"["x", "y"]"#, r#"vec!["x", "y"]"#),
            ("char", "'\\''", "'\\''"),
            ("f64", "2.5", "2.5"),
        ] {
            let value = parse(printed).unwrap();
            assert_eq!(kind(kind_of).unwrap().written(&value).as_deref(), Some(expect), "{kind_of}");
        }
        assert_eq!(kind("f64").unwrap().written(&parse("NaN").unwrap()), None);
        assert_eq!(kind("u8").unwrap().written(&parse("-1").unwrap()), None);
        assert_eq!(kind("HashMap<u8, u8>"), None);
        assert_eq!(kind("&[&[u8]]").unwrap().owned(), "Vec<&Vec<u8>>");
    }
}
