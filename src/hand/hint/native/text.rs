//! Rules about characters: quotes that are lost, signs that no program has, numbers that run into names.

use super::attempt::Try;
use super::lexer::Kind;
use super::statement::Scene;

/// Quotes of a word processor, and other characters that no program has.
pub(super) fn stray(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let mut edits = Vec::new();
    let inside = |at: usize| source.tokens.iter().any(|t| matches!(t.kind, Kind::Text) && t.range.contains(&at));
    for (at, c) in source.text.char_indices().filter(|(_, c)| !c.is_ascii()) {
        let new = match c {
            '“' | '”' | '„' | '″' => "\"",
            '‘' | '’' | '′' => "'",
            '–' | '—' | '−' => "-",
            '×' => "*",
            '÷' => "/",
            '；' => ";",
            '，' => ",",
            '（' => "(",
            '）' => ")",
            '\u{a0}' | '\u{3000}' | '\u{2003}' | '\u{2002}' => " ",
            _ => "",
        };
        if !inside(at) {
            edits.push((at..at + c.len_utf8(), new.to_owned()));
        }
    }
    let mut found = Vec::new();
    if !edits.is_empty() {
        found.push(Try::new(edits, 0.4, "wrote plain characters instead of typographic ones".to_owned()));
    }
    let here = source.offset(scene.problem.line, scene.problem.column);
    if let Some(c) = source.text[here..].chars().next().filter(|c| matches!(c, '\\' | '@' | '#' | '`' | '$')) {
        found.push(Try::replace(source, here..here + 1, "", 1.6));
        found.extend((c == '`').then(|| Try::replace(source, here..here + 1, "'", 1.0)));
        found.extend((c == '\\').then(|| Try::replace(source, here..here + 1, "/", 2.0)));
        found.extend((c == '@').then(|| Try::replace(source, here..here + 1, "&", 2.4)));
        found.extend(lost_opening(scene, here));
    }
    found
}

/// `printf(hello\n");`: the first quote of the line is lost.
fn lost_opening(scene: &Scene, stray: usize) -> Option<Try> {
    let start = scene.source.line_start(scene.problem.line);
    let open = scene.source.text[start..stray].rfind('(')? + start + 1;
    let has_quote = scene.source.text[open..stray].contains('"');
    (!has_quote).then(|| Try::insert(open, "\"", 0.7))
}

/// A string that the line's end cuts off: its end stands before a bracket or a comma; or its beginning is lost.
pub(super) fn quote(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let line = scene.problem.line;
    let Some(cut) = source.tokens.iter().find(|t| t.kind == Kind::Cut && t.line == line) else { return Vec::new() };
    let text = &source.text[cut.range.clone()];
    let mark = &text[..1];
    let mut found = Vec::new();
    for (cost, ending) in
        [(0.6, ");"), (1.0, ")"), (1.2, ";"), (0.9, ",&"), (0.9, ", &"), (1.1, ","), (2.0, "}"), (1.8, "]")]
    {
        for (at, _) in text.match_indices(ending).filter(|(at, _)| *at > 0) {
            let later = f64::from(u32::try_from(text[at..].matches(ending).count()).unwrap_or(9)) - 1.0;
            let more = if ending.starts_with(',') { text[..at].matches(',').count() } else { 0 };
            let more = f64::from(u32::try_from(more).unwrap_or(9));
            let fits = match (converts(&text[..at]), arguments(&text[at..])) {
                (0, 0) => 0.0,
                (wanted, given) if wanted == given => -0.8,
                _ => 0.5,
            };
            found.push(Try::insert(cut.range.start + at, mark, cost + 0.2 * later + 0.3 * more + fits));
        }
    }
    let end = text.trim_end().len();
    found.push(Try::insert(cut.range.start + end, mark, 1.4));
    for lost in ["\");", "\")", "\""] {
        found.push(Try::insert(cut.range.start + end, lost, 1.7));
    }
    found.push(Try::replace(source, cut.range.start..cut.range.start + 1, "", 1.5));
    let start = source.line_start(line);
    for (far, (at, _)) in source.text[start..cut.range.start].rmatch_indices(['(', ',']).enumerate() {
        // What follows the cut quote tells that it is a closing one.
        let closes = text[1..].trim_start().starts_with([',', ')']);
        let far = 0.1 * f64::from(u8::try_from(far).unwrap_or(9));
        let rest = &source.text[start + at + 1..];
        let at = start + at + 1 + rest.len() - rest.trim_start_matches(' ').len();
        // Nothing stands between it and the quote that is there.
        if at == cut.range.start {
            continue;
        }
        found.push(Try::insert(at, mark, far + if closes { 0.3 } else { 1.1 }));
    }
    // `case w':` has lost its first quote.
    let before = &source.text[start..cut.range.start];
    let word = before.len() - before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    if mark == "'" && word == 1 {
        let escape = usize::from(before[..before.len() - word].ends_with('\\'));
        found.push(Try::insert(cut.range.start - word - escape, mark, 0.4));
    }
    if mark == "'" {
        found.push(Try::replace(source, cut.range.start..cut.range.start + 1, "\"", 1.8));
    }
    found
}

/// A comment that does not end: where a line of its own would have ended it, or behind its first lines.
pub(super) fn comment(scene: &Scene) -> Vec<Try> {
    let source = scene.source;
    let here = source.offset(scene.problem.line, scene.problem.column);
    let is_second = scene.problem.message.contains("within comment");
    let Some(open) = (if is_second { source.text[..here].rfind("/*") } else { Some(here) }) else { return Vec::new() };
    let first = source.line_of(open);
    let last = if is_second { scene.problem.line } else { source.line_count().min(first + 60) };
    let mut found = Vec::new();
    let mut cost = 0.4;
    for line in first..last {
        let (text, end) = (source.line_text(line), source.line_end(line));
        let indent = if line == first { "" } else { source.indent(line) };
        match text.trim() {
            "" => found.push(Try::insert(end, if indent.is_empty() { "*/" } else { " */" }, cost)),
            _ if source.line_text(line + 1).trim_start().starts_with('*') => continue,
            _ => found.push(Try::insert(end, if text.ends_with(' ') { "*/" } else { " */" }, cost + 0.3)),
        }
        cost += 0.1;
    }
    found
}

/// `''`: a blank, or the end of a string.
pub(super) fn blank(scene: &Scene) -> Vec<Try> {
    let at = scene.source.offset(scene.problem.line, scene.problem.column) + 1;
    vec![Try::insert(at, " ", 0.9), Try::insert(at, "\\0", 1.2)]
}

/// How many arguments a format asks for.
fn converts(format: &str) -> usize {
    format.replace("%%", "").matches('%').count() - format.matches("%*").count()
}

/// How many arguments follow the end of a format.
fn arguments(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut count = 0;
    for c in rest.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => break,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}

/// `2n`, `3rd`: a product, or a name that may not begin like this.
pub(super) fn number(scene: &Scene) -> Vec<Try> {
    let from = scene.at.saturating_sub(1);
    let Some(at) = (from..=scene.at + 1)
        .find(|at| scene.source.kind(*at) == Some(Kind::Number) && scene.source.at(*at).contains(char::is_alphabetic))
    else {
        return Vec::new();
    };
    let text = scene.source.at(at);
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let start = scene.range(at).start;
    let mut found = vec![
        Try::insert(start + digits, "*", 0.9),
        Try::replace(scene.source, start..start + digits, "", 1.3),
        Try::replace(scene.source, start + digits..start + text.len(), "", 1.6),
        Try::insert(start + digits, " ", 1.9),
    ];
    let fixed: String = text.replace(['o', 'O'], "0").replace(['l', 'I'], "1");
    if fixed.chars().all(|c| c.is_ascii_digit()) {
        found.push(scene.replace(at, &fixed, 0.8));
    }
    found
}
