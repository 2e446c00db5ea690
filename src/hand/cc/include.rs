//! Where a header is included: among its like, sorted where they are, and never above a file's first comment.

use std::ops::Range;

/// The place, and the line with its end; `header` comes with its quotes.
pub fn place(text: &str, header: &str) -> (Range<usize>, String) {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line = format!("#include {header}{end}");
    let block = block(text);
    let is_system = header.starts_with('<');
    let like: Vec<&(usize, &str)> = block.iter().filter(|(_, line)| line.contains('<') == is_system).collect();
    let next = |at: &usize, line: &str| at + line.len();
    let key = |line: &str| line.split(['<', '"']).nth(1).unwrap_or_default().to_lowercase();
    let own = key(&line);
    let is_sorted = like.windows(2).all(|pair| key(pair[0].1) <= key(pair[1].1)) && like.len() > 1;
    let before = like.iter().find(|(_, line)| is_sorted && key(line) > own);
    let at = match (before, like.last(), block.first()) {
        (Some((at, _)), ..) => *at,
        (None, Some((at, line)), _) => next(at, line),
        (None, None, Some((at, _))) if is_system => *at,
        (None, None, Some(_)) => block.last().map_or(0, |(at, line)| next(at, line)),
        (None, None, None) => {
            let at = behind_guard(text).unwrap_or_else(|| behind_comment(text));
            let gap = text[..at].len() - text[..at].trim_end().len();
            let breaks: Vec<usize> = text[at - gap..at].match_indices('\n').map(|(at, _)| at + 1).collect();
            // Between several empty lines there is room for it.
            return match breaks.get(breaks.len() / 2).filter(|_| breaks.len() > 2) {
                Some(middle) => (at - gap + middle..at - gap + middle, line),
                None => (at..at, format!("{line}{end}")),
            };
        }
    };
    (at..at, line)
}

/// The includes that stand under no condition, up to the first other code: a guard around the whole file is none.
fn block(text: &str) -> Vec<(usize, &str)> {
    let (mut found, mut at, mut depth) = (Vec::new(), 0, 0_i32);
    let guard = i32::from(is_guarded(text));
    for line in text.split_inclusive('\n') {
        let word = line.trim_start().strip_prefix('#').map(str::trim_start).unwrap_or_default();
        if word.starts_with("if") {
            depth += 1;
        } else if word.starts_with("endif") {
            depth -= 1;
        } else if word.starts_with("include") && depth <= guard {
            found.push((at, line));
        } else if line.trim_end().ends_with('{') && !line.contains("extern") {
            break;
        }
        at += line.len();
    }
    found
}

fn is_guarded(text: &str) -> bool {
    let mut directives = text.lines().map(str::trim_start).filter(|line| line.starts_with('#'));
    let first = directives.next().is_some_and(|line| line.contains("ifndef"));
    first && directives.next().is_some_and(|line| line.contains("define"))
}

/// Behind the lines that keep a header from being read twice, and the empty lines below them.
fn behind_guard(text: &str) -> Option<usize> {
    let mark = if is_guarded(text) { "define" } else { "pragma once" };
    let directive =
        |line: &str| line.trim_start().strip_prefix('#').is_some_and(|rest| rest.trim_start().starts_with(mark));
    let mut at = 0;
    let end = text.split_inclusive('\n').find_map(|line| {
        at += line.len();
        directive(line).then_some(at)
    })?;
    Some(text.len() - text[end..].trim_start().len())
}

/// Behind the comment at the head of a file, and the empty lines below it.
fn behind_comment(text: &str) -> usize {
    let head = text.trim_start();
    let start = text.len() - head.len();
    let end = match head.strip_prefix("/*").and_then(|rest| rest.find("*/")) {
        Some(at) => at + 4,
        None => {
            let comments = head.split_inclusive('\n').take_while(|line| line.starts_with("//"));
            comments.map(str::len).sum()
        }
    };
    let rest = &text[start + end..];
    start + end + rest.len() - rest.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_joins_its_like() {
        for (text, header, wanted) in [
            ("/* c */\n\nint x;\n", "<stdio.h>", "/* c */\n\n#include <stdio.h>\n\nint x;\n"),
            ("/* c */\n\n\nint x;\n", "<stdio.h>", "/* c */\n\n#include <stdio.h>\n\nint x;\n"),
            (
                "#include <a.h>\n#include <c.h>\n#include \"x.h\"\n",
                "<b.h>",
                "#include <a.h>\n#include <b.h>\n#include <c.h>\n#include \"x.h\"\n",
            ),
            (
                "// c\n#include <z.h>\n#include <c.h>\n\nint x;\n",
                "<b.h>",
                "// c\n#include <z.h>\n#include <c.h>\n#include <b.h>\n\nint x;\n",
            ),
            ("#include \"x.h\"\n", "<b.h>", "#include <b.h>\n#include \"x.h\"\n"),
            (
                "#include <b.h>\n#ifdef W\n#include <w.h>\n#endif\n",
                "\"x.h\"",
                "#include <b.h>\n#include \"x.h\"\n#ifdef W\n#include <w.h>\n#endif\n",
            ),
            (
                "#ifndef A_H\n#define A_H\n#include <b.h>\n#endif\n",
                "<c.h>",
                "#ifndef A_H\n#define A_H\n#include <b.h>\n#include <c.h>\n#endif\n",
            ),
            (
                "/* c */\n#ifndef A_H\n#define A_H\n\n\nint f(void);\n#endif\n",
                "<c.h>",
                "/* c */\n#ifndef A_H\n#define A_H\n\n#include <c.h>\n\nint f(void);\n#endif\n",
            ),
            ("#pragma once\n\nint f();\n", "<c>", "#pragma once\n\n#include <c>\n\nint f();\n"),
        ] {
            let (range, new) = place(text, header);
            let mut made = text.to_owned();
            made.replace_range(range, &new);
            assert_eq!(made, wanted);
        }
    }
}
