//! What type a value has, as far as declarations, literals and the types that a judge saw tell.

use super::scene::Scene;
use super::words::Word;
use crate::syntax::Language;

/// Types as far as edits care.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// The name where it matters; empty for a literal.
    Int(String),
    Float(String),
    Truth,
    Text,
    Char,
    /// What is reached by `[]`.
    Array(Option<Box<Kind>>),
    Null,
    Other(String),
}

impl Kind {
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Float(_))
    }

    pub fn is_sequence(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Text)
    }

    pub fn int() -> Self {
        Self::Int(String::new())
    }

    /// As a declaration or a judge writes it.
    pub fn of(language: Language, text: &str) -> Option<Self> {
        let text = text.trim();
        let known = match language {
            Language::Rust => rust(text),
            Language::Go => go(text),
            Language::C => c(text),
            Language::Java => java(text),
            _ => script(text),
        };
        known.or_else(|| (!text.is_empty() && text != "var" && text != "void").then(|| Self::Other(text.to_owned())))
    }
}

fn boxed(kind: Option<Kind>) -> Option<Kind> {
    Some(Kind::Array(kind.map(Box::new)))
}

fn rust(text: &str) -> Option<Kind> {
    if let Some(inner) = text.strip_prefix('&') {
        let inner = inner.trim_start();
        let inner = if inner.starts_with('\'') { inner.split_once(' ').map_or(inner, |(_, rest)| rest) } else { inner };
        let inner = inner.trim_start().strip_prefix("mut ").unwrap_or(inner);
        return match rust(inner)? {
            kind @ (Kind::Text | Kind::Array(_)) => Some(kind),
            _ => Some(Kind::Other(text.to_owned())),
        };
    }
    let list = text.strip_prefix("Vec<").or_else(|| text.strip_prefix("VecDeque<")).and_then(|t| t.strip_suffix('>'));
    if let Some(inner) = list {
        return boxed(Kind::of(Language::Rust, inner));
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        return boxed(Kind::of(Language::Rust, inner.split(';').next().unwrap_or_default()));
    }
    match text {
        "usize" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "i8" | "i16" | "i32" | "i64" | "i128" => {
            Some(Kind::Int(text.to_owned()))
        }
        "f32" | "f64" => Some(Kind::Float(text.to_owned())),
        "bool" => Some(Kind::Truth),
        "char" => Some(Kind::Char),
        "str" | "String" => Some(Kind::Text),
        _ => None,
    }
}

fn go(text: &str) -> Option<Kind> {
    if let Some((_, inner)) = text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        return boxed(Kind::of(Language::Go, inner));
    }
    match text {
        "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32" | "uint64" | "byte"
        | "rune" | "uintptr" => Some(Kind::Int(text.to_owned())),
        "float32" | "float64" => Some(Kind::Float(text.to_owned())),
        "bool" => Some(Kind::Truth),
        "string" => Some(Kind::Text),
        _ => None,
    }
}

fn c(text: &str) -> Option<Kind> {
    let words = |text: &str| {
        let plain = text.split_whitespace().filter(|w| !matches!(*w, "const" | "static" | "volatile" | "register"));
        plain.collect::<Vec<_>>().join(" ")
    };
    if let Some(inner) = text.strip_suffix(']').and_then(|t| t.rsplit_once('[')).map(|(inner, _)| inner) {
        return if words(inner) == "char" { Some(Kind::Text) } else { boxed(Kind::of(Language::C, inner)) };
    }
    if let Some(inner) = text.trim_end().strip_suffix('*') {
        let inner = words(inner);
        return match inner.as_str() {
            "char" | "unsigned char" => Some(Kind::Text),
            _ => match c(&inner) {
                Some(kind) => boxed(Some(kind)),
                None => Some(Kind::Other(format!("{inner} *"))),
            },
        };
    }
    let text = words(text);
    match text.as_str() {
        "bool" | "_Bool" => Some(Kind::Truth),
        "char" => Some(Kind::Char),
        "float" | "double" | "long double" => Some(Kind::Float(text)),
        _ => {
            let number = |word: &str| {
                matches!(word, "int" | "long" | "short" | "unsigned" | "signed" | "char")
                    || matches!(word, "size_t" | "ssize_t" | "ptrdiff_t")
                    || ((word.starts_with("int") || word.starts_with("uint")) && word.ends_with("_t"))
            };
            (!text.is_empty() && text.split(' ').all(number)).then_some(Kind::Int(text))
        }
    }
}

fn java(text: &str) -> Option<Kind> {
    if let Some(inner) = text.strip_suffix("[]") {
        return boxed(Kind::of(Language::Java, inner));
    }
    match text {
        "int" | "long" | "short" | "byte" | "Integer" | "Long" | "Short" | "Byte" => Some(Kind::Int(text.to_owned())),
        "double" | "float" | "Double" | "Float" => Some(Kind::Float(text.to_owned())),
        "boolean" | "Boolean" => Some(Kind::Truth),
        "char" | "Character" => Some(Kind::Char),
        "String" => Some(Kind::Text),
        _ => None,
    }
}

fn script(text: &str) -> Option<Kind> {
    if let Some(inner) = text.strip_suffix("[]") {
        return boxed(Kind::of(Language::TypeScript, inner.trim_start_matches("readonly ")));
    }
    if let Some(inner) = text.strip_prefix("Array<").and_then(|t| t.strip_suffix('>')) {
        return boxed(Kind::of(Language::TypeScript, inner));
    }
    match text {
        "number" | "bigint" => Some(Kind::Int(text.to_owned())),
        "string" | "String" => Some(Kind::Text),
        "boolean" => Some(Kind::Truth),
        "null" | "undefined" => Some(Kind::Null),
        "Array" | "array" | "any[]" => boxed(None),
        "any" | "unknown" => Some(Kind::Other("any".to_owned())),
        _ => None,
    }
}

impl Scene<'_> {
    /// `None` where nothing is known.
    pub fn type_of(&self, node: usize) -> Option<Kind> {
        match self.word(node)? {
            Word::Name => self.var_of(node).and_then(|var| var.kind.clone()),
            Word::Number => Some(Kind::int()),
            Word::Float => Some(Kind::Float(String::new())),
            Word::Text => Some(Kind::Text),
            Word::Char => Some(Kind::Char),
            Word::True | Word::False => Some(Kind::Truth),
            Word::Null => Some(Kind::Null),
            // `[...xs]` is what `xs` is.
            Word::List if self.inner(node).first().is_some_and(|n| self.kind(*n) == "spread_element") => {
                let spread = self.inner(node)[0];
                self.type_of(*self.inner(spread).first()?).filter(|kind| matches!(kind, Kind::Array(_)))
            }
            Word::List => Some(Kind::Array(self.inner(node).first().and_then(|n| self.type_of(*n)).map(Box::new))),
            Word::Paren | Word::Step => self.type_of(self.operand(node)?),
            Word::Unary if self.operator(node) == "!" => Some(Kind::Truth),
            Word::Unary => self.type_of(self.operand(node)?),
            Word::Binary => self.type_of_operation(node),
            Word::Assign | Word::Augment => self.sides(node).and_then(|sides| self.type_of(sides.left)),
            Word::Ternary => {
                let (one, other) = self.branches(node);
                one.and_then(|n| self.type_of(n)).or_else(|| self.type_of(other?))
            }
            Word::Call => self.type_of_call(node),
            Word::Member => self.type_of_member(node),
            Word::Index => match self.type_of(self.index(node)?.0)? {
                Kind::Array(inner) => inner.map(|kind| *kind),
                Kind::Text => Some(match self.language {
                    Language::C => Kind::Char,
                    Language::Go => Kind::Int("byte".to_owned()),
                    _ => Kind::Text,
                }),
                _ => None,
            },
            Word::Slice => self.type_of(self.inner(node).first().copied()?),
            Word::Cast => {
                let kind = self.field(node, "type").or_else(|| self.inner(node).last().copied())?;
                Kind::of(self.language, self.text(kind))
            }
            Word::Refer => self.type_of_reference(node),
            Word::New | Word::Value => self.field(node, "type").and_then(|n| Kind::of(self.language, self.text(n))),
            _ => None,
        }
    }

    fn type_of_operation(&self, node: usize) -> Option<Kind> {
        let sides = self.sides(node)?;
        let operator = self.text(sides.operator);
        if matches!(operator, "&&" | "||" | "??") && self.language.is_script() {
            return self.type_of(sides.right);
        }
        if is_comparison(operator) || matches!(operator, "&&" | "||") {
            return Some(Kind::Truth);
        }
        let kinds = [sides.left, sides.right].map(|n| self.type_of(n));
        let find = |wanted: &dyn Fn(&Kind) -> bool| kinds.iter().flatten().find(|kind| wanted(kind)).cloned();
        find(&|kind| *kind == Kind::Text)
            .or_else(|| find(&|kind| matches!(kind, Kind::Array(_))))
            .or_else(|| find(&|kind| matches!(kind, Kind::Float(_))))
            .or_else(|| find(&|kind| matches!(kind, Kind::Int(name) if !name.is_empty())))
            .or_else(|| find(&|kind| matches!(kind, Kind::Int(_))))
            .or_else(|| find(&|kind| *kind == Kind::Char))
            .or_else(|| matches!(operator, "-" | "*" | "/" | "%" | "<<" | ">>").then(Kind::int))
    }

    fn type_of_call(&self, node: usize) -> Option<Kind> {
        let callee = self.callee(node)?;
        let name = self.text(callee.name);
        if callee.object.is_none_or(|object| matches!(self.text(object), "this" | "self" | "Self"))
            && let Some((_, kind)) = self.callables.get(name)
        {
            return kind.clone();
        }
        let first = || self.inner(callee.arguments).first().and_then(|n| self.type_of(*n));
        let size = if self.language == Language::Rust { "usize" } else { "int" };
        match name {
            "len" | "size" | "count" | "length" | "capacity" | "cap" => Some(Kind::Int(size.to_owned())),
            "indexOf" | "lastIndexOf" | "compareTo" | "charCodeAt" | "floor" | "ceil" | "round" | "trunc"
            | "intValue" | "parseInt" | "strlen" | "atoi"
                if self.language != Language::Rust =>
            {
                Some(Kind::int())
            }
            "charAt" if self.language == Language::Java => Some(Kind::Char),
            "min" | "max" | "abs" => first().or_else(|| callee.object.and_then(|object| self.type_of(object))),
            "isEmpty" | "is_empty" | "contains" | "containsKey" | "includes" | "has" | "equals" | "startsWith"
            | "endsWith" | "starts_with" | "ends_with" | "isDigit" | "isLetter" | "isArray" | "some" | "every"
            | "hasNext" | "is_some" | "is_none" | "is_ok" | "is_err" | "contains_key" | "HasPrefix" | "HasSuffix"
            | "Contains" => Some(Kind::Truth),
            "substring" | "toLowerCase" | "toUpperCase" | "trim" | "toString" | "join" | "repeat" | "to_string"
            | "to_lowercase" | "to_uppercase" | "replace" => Some(Kind::Text),
            "slice" | "concat" | "reverse" => callee.object.and_then(|object| self.type_of(object)),
            "split" | "map" | "filter" | "keys" | "sort" if self.language.is_script() => Some(Kind::Array(None)),
            "clone" => callee.object.and_then(|object| self.type_of(object)),
            "append" if self.language == Language::Go => first(),
            "int" | "int64" | "float64" | "string" | "uint" | "byte" | "rune" if self.language == Language::Go => {
                Kind::of(Language::Go, name)
            }
            _ => None,
        }
    }

    fn type_of_member(&self, node: usize) -> Option<Kind> {
        let (object, name) = self.member(node)?;
        let name = self.text(name);
        if name == "length" && (self.language == Language::Java || self.language.is_script()) {
            return Some(Kind::int());
        }
        if self.text(object) == "Integer" || self.text(object) == "Number" {
            return Some(Kind::int());
        }
        self.fields.get(name).cloned()
    }

    fn type_of_reference(&self, node: usize) -> Option<Kind> {
        let kind = self.type_of(self.operand(node)?)?;
        match (self.operator(node), kind) {
            ("*", Kind::Array(inner)) => inner.map(|kind| *kind),
            ("*", Kind::Text) => Some(Kind::Char),
            ("&", kind) if self.language == Language::C => Some(Kind::Array(Some(Box::new(kind)))),
            ("&", kind @ (Kind::Text | Kind::Array(_))) => Some(kind),
            _ => None,
        }
    }

    /// How badly a type fits where another is wanted: 0 fits, 1 is unknown, `None` does not fit.
    pub fn fits(&self, kind: Option<&Kind>, wanted: Option<&Kind>) -> Option<f64> {
        match (kind, wanted) {
            (Some(kind), Some(wanted)) => self.alike(kind, wanted).then_some(0.0),
            (None, None) => Some(0.6),
            _ => Some(0.9),
        }
    }

    pub fn alike(&self, one: &Kind, other: &Kind) -> bool {
        let strict = matches!(self.language, Language::Rust | Language::Go);
        match (one, other) {
            (Kind::Int(a), Kind::Int(b)) | (Kind::Float(a), Kind::Float(b)) => {
                !strict || a == b || a.is_empty() || b.is_empty()
            }
            (Kind::Int(_), Kind::Float(_)) | (Kind::Float(_), Kind::Int(_)) => !strict,
            (Kind::Int(_), Kind::Char) | (Kind::Char, Kind::Int(_)) => self.language == Language::C,
            (Kind::Int(_), Kind::Truth) | (Kind::Truth, Kind::Int(_)) => self.language == Language::C,
            (Kind::Array(a), Kind::Array(b)) => match (a, b) {
                (Some(a), Some(b)) => self.alike(a, b),
                _ => true,
            },
            (Kind::Other(a), Kind::Other(b)) => a == b || a == "any" || b == "any",
            (Kind::Null, Kind::Null) => true,
            (Kind::Null, Kind::Other(_)) | (Kind::Other(_), Kind::Null) => true,
            (Kind::Other(any), _) | (_, Kind::Other(any)) => any == "any",
            (one, other) => one == other,
        }
    }
}

pub fn is_comparison(operator: &str) -> bool {
    matches!(operator, "<" | "<=" | ">" | ">=" | "==" | "!=" | "===" | "!==" | "instanceof" | "in")
}
