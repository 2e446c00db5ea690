//! The types of variables as a running program names them.

use std::collections::BTreeMap;

/// Variables of one type that the text does not say: file and the byte where it could be said.
pub type Untold = BTreeMap<(String, usize), Saying>;

#[derive(Debug, Clone)]
pub struct Saying {
    pub kind: String,
    /// What says it there.
    pub text: String,
}

/// `alloc::vec::Vec<usize>` → `Vec<usize>`.
pub fn short(name: &str) -> String {
    let mut text = String::new();
    for part in name.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
        let plain = part.rsplit("::").next().unwrap_or(part);
        text.push_str(plain);
    }
    text
}

/// Names that any module knows.
const KNOWN: &[&str] = &[
    "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64", "bool",
    "char", "str", "mut", "",
];

/// How a type can be written in any module of a program; `None` where that is not sure.
pub fn written(name: &str) -> Option<String> {
    let mut text = String::new();
    for part in name.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
        let end = part.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(part.len());
        let (word, rest) = part.split_at(end);
        let path = match word {
            "alloc::vec::Vec" => "::std::vec::Vec",
            "alloc::string::String" => "::std::string::String",
            "core::option::Option" => "::std::option::Option",
            word if KNOWN.contains(&word) || word.chars().all(|c| c.is_ascii_digit()) => word,
            _ => return None,
        };
        text.push_str(path);
        text.push_str(rest);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shortened_and_written_again() {
        assert_eq!(short("alloc::vec::Vec<(usize, &a::b::C)>"), "Vec<(usize, &C)>");
        assert_eq!(written("&mut [alloc::vec::Vec<[i32; 3]>]").as_deref(), Some("&mut [::std::vec::Vec<[i32; 3]>]"));
        assert_eq!(written("a::b::C"), None);
        assert_eq!(written("core::option::Option<&str>").as_deref(), Some("::std::option::Option<&str>"));
    }
}
