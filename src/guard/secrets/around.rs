//! What stands around a name, and what that makes of it: a pair's name, an argument, a word of a sentence.

/// How far a pair's value stands behind its name.
const PAIR: usize = 160;
const LABELS: &[&[u8]] = &[b"name", b"key", b"parameterkey", b"field", b"id", b"property"];
const VALUES: &[&[u8]] = &[b"value", b"Value", b"ParameterValue", b"content"];

/// Whether the word before the colon or equals sign says that a name follows.
pub fn is_label(before: &[u8]) -> bool {
    LABELS.iter().any(|label| label_before(before).eq_ignore_ascii_case(label))
}

fn label_before(before: &[u8]) -> &[u8] {
    let ends = before.iter().rposition(|b| b.is_ascii_alphabetic()).map_or(0, |i| i + 1);
    let starts = before[..ends].iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |i| i + 1);
    &before[starts..ends]
}

/// Where a pair's value begins, if one stands in what is left of the pair.
pub fn value_behind(rest: &[u8]) -> Option<usize> {
    let rest = &rest[..rest.len().min(PAIR)];
    let end = rest.iter().position(|b| b"{}<".contains(b)).unwrap_or(rest.len());
    VALUES.iter().filter_map(|label| value_label(&rest[..end], label)).min()
}

/// Behind `value:`, `"value" :`, `value=`; no next item's.
fn value_label(rest: &[u8], label: &[u8]) -> Option<usize> {
    let at = memchr::memmem::find(rest, label)?;
    if rest[..at].windows(2).any(|w| w == b"\n-") || !rest[..at].iter().any(|b| b", \n\t;".contains(b)) {
        return None;
    }
    let mut end = at + label.len();
    while rest.get(end).is_some_and(|b| b"\"'\\ ".contains(b)) {
        end += 1;
    }
    rest.get(end).filter(|b| matches!(b, b':' | b'='))?;
    Some(end + 1)
}

/// What sets a variable of the environment without a sign between its name and its value.
pub fn sets_variable(before: &[u8]) -> bool {
    let before = before.trim_ascii();
    let words: [&[u8]; 6] = [b"ENV", b"setenv", b"setx", b"set -x", b"set -gx", b"set -Ux"];
    words.contains(&before)
}

/// Of a database's users.
pub fn is_statement(before: &[u8]) -> bool {
    let before = before.to_ascii_lowercase();
    [&b"user"[..], b"grant", b"role"].iter().any(|word| memchr::memmem::find(&before, word).is_some())
}

/// `a render pass: …`.
pub fn is_prose(name: &[u8], before: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"pass") && before.trim_ascii_end().last().is_some_and(u8::is_ascii_alphanumeric)
}

/// Odd quotes before it, or a comment's beginning.
pub fn in_string_or_comment(before: &[u8]) -> bool {
    let odd = |quote: u8| {
        let escaped = |i: usize| i > 0 && before[i - 1] == b'\\';
        memchr::memchr_iter(quote, before).filter(|i| !escaped(*i)).count() % 2 == 1
    };
    let trimmed = before.trim_ascii_start();
    let comment = trimmed.starts_with(b"#") || trimmed.starts_with(b"//") || trimmed.starts_with(b"* ");
    comment || odd(b'"') || odd(b'\'') || odd(b'`')
}

/// Whether what stands behind this is what a name was given.
pub fn is_value(before: &[u8]) -> bool {
    let quotes = before.iter().rev().take_while(|b| b" \t\"'`\\".contains(b)).count();
    let name = &before[..before.len() - quotes];
    name.ends_with(b":") || name.ends_with(b"=")
}

/// Whether a name in quotes may be followed by its value as the next argument. In a longer list it is one
/// thing among others, unless it is a flag or a symbol.
pub fn is_argument(before: &[u8], closed: usize, flag: bool) -> bool {
    let quotes = before.iter().rev().take_while(|b| b" \t\"'`\\".contains(b)).count();
    // Ruby's `:@token` is one too.
    let symbol = before.ends_with(b":") && !before.ends_with(b"::") || before.ends_with(b":@");
    // `{password, "…"}`
    let tuple = closed == 0 && before.ends_with(b"{");
    symbol || tuple || closed > 0 && !is_value(before) && (flag || !before[..before.len() - quotes].ends_with(b","))
}
