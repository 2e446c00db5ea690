//! Which name a message says is unknown, and which names it offers instead.

use super::complaint::Complaint;
use regex::Regex;
use std::sync::{LazyLock, OnceLock};

/// A name that the tool does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown {
    pub name: String,
    /// What the tool offers outright, in its order.
    pub spelled: Vec<String>,
    /// Every other name that the message quotes: owners, siblings, available fields.
    pub mentioned: Vec<String>,
    pub sort: Sort,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Name,
    Member,
    Keyword,
    /// Exported by, or living in, another module.
    Import,
    Module,
    /// The name itself may be right, and what stands before it wrong.
    Receiver,
    /// Somebody else asks for the member by this name, so the name is right.
    Required,
}

/// What it is, a piece of text without which the pattern cannot match (compiling takes longer than looking),
/// and the pattern, whose group is the name. The first one that matches the headline or its notes counts.
const PATTERNS: &[(Sort, &str, &str)] = &[
    // rustc
    (Sort::Name, "cannot find ", r"cannot find [\w, ]+ `([^`]+)`"),
    (
        Sort::Member,
        "no ",
        r"no (?:method|function or associated item|variant or associated item|associated item|associated function or constant|field|variant) (?:named )?`([^`]+)`",
    ),
    (Sort::Member, "field", r"(?:has no|does not have a|have no) field(?:s)? named `([^`]+)`"),
    (Sort::Member, "is not a member of trait", r"\w+ `([^`]+)` is not a member of trait"),
    (Sort::Import, "no `", r"no `([^`]+)` (?:in|external crate)"),
    (Sort::Import, "could not find `", r"could not find `([^`]+)` in"),
    (
        Sort::Name,
        "use of ",
        r"use of (?:undeclared|unresolved) (?:type|crate or module|module or unlinked crate|module) `([^`]+)`",
    ),
    (Sort::Module, "file not found for module", r"file not found for module `([^`]+)`"),
    (Sort::Import, "unresolved import", r"unresolved imports? `(?:[^`]*::)?([^`:]+)`"),
    (Sort::Name, "undeclared lifetime", r"use of undeclared lifetime name `'([^`]+)`"),
    (Sort::Name, "unknown ", r"unknown (?:lint|attribute): `(?:\w+::)?([^`]+)`"),
    // Python, and the linters and type checkers that speak of it
    (Sort::Name, "ame ", r#"(?:^|[^\w])[Nn]ame ['"`](\w+)['"`] (?:is not|is used prior|is undefined)"#),
    (Sort::Name, "ndefined ", r"[Uu]ndefined (?:name|variable) ['`](\w+)['`]"),
    (Sort::Name, " variable '", r"local variable '(\w+)' (?:where|referenced)|free variable '(\w+)' referenced"),
    (Sort::Import, "cannot import name", r"cannot import name '(\w+)'"),
    (Sort::Member, "has no attribute", r#"has no attribute ['"](\w+)['"]"#),
    (Sort::Keyword, "nexpected keyword argument", r#"[Uu]nexpected keyword argument ['"](\w+)['"]"#),
    (
        Sort::Required,
        "instantiate abstract class",
        r"abstract class \w+ (?:with|without an implementation for) abstract methods? '?(\w+)",
    ),
    (Sort::Member, "' member", r"has no '(\w+)' member"),
    (Sort::Module, "No module named", r"No module named '?(?:[\w.]*\.)?(\w+)'?"),
    (
        Sort::Module,
        "Cannot find implementation",
        r#"Cannot find implementation or library stub for module named "(?:[\w.]*\.)?(\w+)""#,
    ),
    // Go
    (Sort::Member, "undefined: ", r"undefined: \w+\.(\w+)"),
    (Sort::Name, "undefined: ", r"undefined: (\w+)"),
    (Sort::Member, "undefined (type ", r"\.(\w+) undefined \(type "),
    (Sort::Member, "unknown field ", r"unknown field '?(\w+)'? in struct literal"),
    (Sort::Required, "missing method ", r"missing method (\w+)"),
    (Sort::Member, "not exported by", r"name (\w+) not exported by package"),
    // javac, as its reader puts message and symbol together
    (Sort::Member, "cannot find symbol: method", r"cannot find symbol: method (\w+)"),
    (Sort::Required, "does not override abstract", r"does not override abstract method (\w+)"),
    (Sort::Import, "in package", r"cannot find symbol: class (\w+) in package"),
    (Sort::Name, "cannot find symbol: ", r"cannot find symbol: \w+ (\w+)"),
    (Sort::Name, "non-static variable", r"non-static variable (\w+) cannot be referenced"),
    (Sort::Name, "does not exist", r"package (\w+) does not exist"),
    // TypeScript and JavaScript
    (Sort::Name, "Cannot find ", r"Cannot find (?:name|namespace) '([^']+)'"),
    (Sort::Name, "No value exists in scope", r"No value exists in scope for the shorthand property '([^']+)'"),
    (Sort::Import, "has no exported member", r"has no exported member(?: named)? '([^']+)'"),
    (Sort::Import, "does not provide an export", r"does not provide an export named '([^']+)'"),
    (Sort::Import, "No matching export", r#"No matching export in "[^"]*" for import "([^"]+)""#),
    (Sort::Import, "is not exported by", r#"^"?([\w$]+)"? is not exported by"#),
    (Sort::Required, "is missing in type", r"Property '([^']+)' is missing in type '[^']+' but required in"),
    (Sort::Member, "roperty '", r"(?:Property|property) '([^']+)' does not exist"),
    (Sort::Member, "does not exist ", r"'([^']+)' does not exist (?:in|on) type"),
    (Sort::Name, "is not defined", r#"^['"]?([\w$]+)['"]? is not defined"#),
    (
        Sort::Receiver,
        "Cannot ",
        r"Cannot (?:read|set) propert(?:y|ies) (?:of (?:undefined|null) \((?:reading|setting) )?'([\w$]+)'",
    ),
    (Sort::Member, "is not ", r"(?:^|[\s.)])([\w$]+)\)?(?:\([^)]*\))? is not (?:a function|a constructor)"),
    // Of a bare name the value is wrong, not the spelling.
    (Sort::Member, "is not iterable", r"\.([\w$]+)\)? is not iterable"),
];

static COMPILED: [OnceLock<Option<Regex>>; PATTERNS.len()] = [const { OnceLock::new() }; PATTERNS.len()];

static OFFERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = r#"(?:similar name[^`\n]*: |[Dd]id you mean:? (?:to (?:write|use) )?(?:the (?:instance|static) member )?)['"`]([^'"`\n]+)['"`]"#;
    Regex::new(words).ok()
});

static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"['"`]([A-Za-z_$][\w$]*)['"`]"#).ok());

pub(super) fn unknown(complaint: &Complaint) -> Option<Unknown> {
    let (sort, name) = named(&complaint.message).or_else(|| noted(complaint))?;
    let whole = format!("{}\n{}", complaint.message, complaint.detail);
    let mut spelled: Vec<String> = Vec::new();
    if let Some(offers) = OFFERS.as_ref() {
        let plain = |text: &str| text.trim_start_matches("self.").trim_start_matches("this.").to_owned();
        spelled.extend(offers.captures_iter(&whole).map(|found| plain(&found[1])));
    }
    spelled.extend(in_diff(&complaint.detail, &name));
    let mut mentioned: Vec<String> = Vec::new();
    if let Some(quoted) = QUOTED.as_ref() {
        mentioned.extend(quoted.captures_iter(&whole).map(|found| found[1].to_owned()));
    }
    spelled.retain(|offer| *offer != name);
    mentioned.retain(|word| *word != name && !spelled.contains(word));
    Some(Unknown { name, spelled, mentioned, sort })
}

fn named(text: &str) -> Option<(Sort, String)> {
    let likely = PATTERNS.iter().zip(&COMPILED).filter(|((_, piece, _), _)| text.contains(piece));
    likely.into_iter().find_map(|((sort, _, pattern), compiled)| {
        let found = compiled.get_or_init(|| Regex::new(pattern).ok()).as_ref()?.captures(text)?;
        let name = found.iter().skip(1).flatten().next()?.as_str();
        Some((*sort, name.trim_start_matches("r#").to_owned()))
    })
}

/// rustc says beside the arrow what exactly it did not find; its headline names the whole path. TypeScript says below
/// which attribute of a tag is none.
fn noted(complaint: &Complaint) -> Option<(Sort, String)> {
    let is_told = |line: &&str| {
        line.contains("^^") || line.trim_end().ends_with('`') || line.trim_start().starts_with("Property '")
    };
    let marked = complaint.detail.lines().find(is_told)?;
    named(marked)
}

/// rustc shows a replacement as two lines, `-` and `+`: the names that only the new one has.
fn in_diff(detail: &str, name: &str) -> Vec<String> {
    let body = |line: &str, sign: char| {
        let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        rest.strip_prefix(sign).map(str::to_owned)
    };
    let lines: Vec<&str> = detail.lines().collect();
    let mut found = Vec::new();
    for pair in lines.windows(2) {
        if let (Some(old), Some(new)) = (body(pair[0], '-'), body(pair[1], '+')) {
            let old: Vec<&str> = words(&old).collect();
            if old.contains(&name) {
                found.extend(words(&new).filter(|word| !old.contains(word)).map(str::to_owned));
            }
        }
    }
    found
}

/// The identifiers of a piece of text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .filter(|word| word.chars().next().is_some_and(|c| !c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(PATTERNS.iter().all(|(_, _, pattern)| Regex::new(pattern).is_ok()));
        assert!(OFFERS.is_some() && QUOTED.is_some());
    }

    #[test]
    fn names_are_read_from_real_messages() {
        for (message, detail, name, spelled) in [
            (
                "cannot find value `lenght` in this scope",
                "  |     ^^^ help: a local variable with a similar name exists: `length`",
                "lenght",
                Some("length"),
            ),
            (
                "cannot find value `lenght` in this scope",
                "help: a local variable\n   |\n3  -     lenght + 1\n3  +     length + 1",
                "lenght",
                Some("length"),
            ),
            ("no method named `psh` found for struct `Vec<T>` in the current scope", "", "psh", None),
            (
                "unresolved import `std::colections`",
                "  |     ^^^ could not find `colections` in `std`",
                "colections",
                None,
            ),
            ("name 'lenght' is not defined. Did you mean: 'length'?", "", "lenght", Some("length")),
            (r#"Name "intt" is not defined; did you mean "int"?  [name-defined]"#, "", "intt", Some("int")),
            (r#""intt" is not defined (reportUndefinedVariable)"#, "", "intt", None),
            ("type object 'A' has no attribute 'fo'", "", "fo", None),
            ("No module named 'pkg.utlis'", "", "utlis", None),
            (
                "TS2551: Property 'lenght' does not exist on type 'X'. Did you mean 'length'?",
                "",
                "lenght",
                Some("length"),
            ),
            ("TS2724: '\"./a\"' has no exported member named 'fo'. Did you mean 'foo'?", "", "fo", Some("foo")),
            ("a.b.mpa is not a function", "", "mpa", None),
            ("(0 , _b.twice) is not a function", "", "twice", None),
            ("a.valeus is not iterable", "", "valeus", None),
            (
                "TS2322: Type '{ typ: string; }' is not assignable to type 'Props'.",
                "  Property 'typ' does not exist on type 'Props'. Did you mean 'type'?",
                "typ",
                Some("type"),
            ),
            ("fooBar is not defined", "", "fooBar", None),
            ("'useSate' is not defined  no-undef", "", "useSate", None),
            ("Cannot read properties of undefined (reading 'length')", "", "length", None),
        ] {
            let complaint = Complaint { places: Vec::new(), message: message.to_owned(), detail: detail.to_owned() };
            let unknown = unknown(&complaint).unwrap_or_else(|| panic!("{message}"));
            assert_eq!(
                (unknown.name.as_str(), unknown.spelled.first().map(String::as_str)),
                (name, spelled),
                "{message}"
            );
        }
    }
}
