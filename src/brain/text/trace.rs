//! Stack frames and compiler locations of six languages, found line by line.

use super::names::ascii;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// One frame of a stack trace, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub path: String,
    pub line: u32,
    pub symbol: Option<String>,
}

/// A longer line is no frame.
const LONGEST_LINE: usize = 2_000;
const MOST_FRAMES: usize = 1_000;

/// Each with the groups `path` and `line`, most with `symbol`; the first that matches a line counts.
const FORMS: &[&str] = &[
    // Python
    r#"File "(?<path>[^"]+)", line (?<line>\d+)(?:, in (?<symbol>\S+))?"#,
    // Java, Kotlin, Scala: the package gives the folder
    r"\bat (?:[\w.@-]+/)*(?<class>[\w.$]+)\.(?<symbol>[\w$<>]+)\((?<path>\w+\.(?:java|kt|scala|groovy)):(?<line>\d+)\)",
    // Node and browsers
    r"\bat (?:async )?(?<symbol>[^\s(][^(]*?) \((?:file://)?(?<path>[^()]+?):(?<line>\d+):\d+\)",
    // AddressSanitizer and gdb
    r"^\s*#\d+\s+(?:0x[0-9a-fA-F]+ )?in (?<symbol>[\w:~<>$]+)[^:]*?(?: at | |\) )(?<path>[\w./@+-]+\.\w+):(?<line>\d+)",
    r"^\s*#\d+\s+(?<symbol>[\w:~]+) \(.*\) at (?<path>[\w./@+-]+):(?<line>\d+)",
    // Rust
    r"panicked at (?:'.*', )?(?<path>[^\s':]+):(?<line>\d+):\d+",
    r"^\s*(?:-->|:::) (?<path>[^\s:]+):(?<line>\d+):\d+",
    // Node without a name, Rust backtraces
    r"^\s*at (?:async )?(?:file://)?(?<path>[^\s():][^():]*?):(?<line>\d+):\d+\s*$",
    // Go
    r"^\s*(?<path>\S+\.go):(?<line>\d+)(?: \+0x[0-9a-f]+|:|\s*$)",
    // compilers, linters, pytest's short form
    r"^\s*(?:E\s+)?(?<path>(?:[A-Za-z]:)?[\w./@+\\-]+\.[A-Za-z]\w{0,5})[:(](?<line>\d+)(?:[,:]\d+)?\)?: (?:in (?<symbol>\w+))?",
];

struct Form {
    regex: Regex,
    symbol: bool,
    class: bool,
}

static FORM_TABLE: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let form = |source: &&str| {
        let regex = ascii(source)?;
        let has = |name| regex.capture_names().flatten().any(|n| n == name);
        Some(Form { symbol: has("symbol"), class: has("class"), regex })
    };
    FORMS.iter().filter_map(form).collect()
});

/// The function that the next Go or Rust location line belongs to: `main.parse(0x1)`, `4: app::parse`.
static CALLER: LazyLock<Option<Regex>> =
    LazyLock::new(|| ascii(r"^(?:\s*\d+: (?:0x\w+ - )?(?<rust>[\w:<>{}#, ]+?)|(?<go>[\w./*()-]+)\(.*\))\s*$"));

/// All frames of a text.
pub fn frames(text: &str) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut caller = None;
    for line in text.lines() {
        if line.len() > LONGEST_LINE || frames.len() == MOST_FRAMES {
            continue;
        }
        match frame(line) {
            Some(frame) => frames.push(Frame { symbol: frame.symbol.or_else(|| caller.take()), ..frame }),
            None => caller = caller_in(line),
        }
    }
    frames
}

fn frame(line: &str) -> Option<Frame> {
    let digit_after =
        |marks: [u8; 2]| line.as_bytes().windows(2).any(|w| marks.contains(&w[0]) && w[1].is_ascii_digit());
    if !digit_after([b':', b'(']) && !line.contains(", line ") {
        return None;
    }
    FORM_TABLE.iter().find_map(|form| form.regex.captures(line).and_then(|found| form.frame(&found)))
}

impl Form {
    fn frame(&self, found: &Captures<'_>) -> Option<Frame> {
        let name = |name: &str| found.name(name).map(|m| m.as_str());
        let mut path = normal(name("path")?);
        if self.class {
            path = java_path(name("class")?, &path);
        }
        let symbol = if self.symbol { name("symbol").map(last_name) } else { None };
        Some(Frame { path, line: name("line")?.parse().ok()?, symbol })
    }
}

/// `org.acme.Outer$Inner` in `Outer.java` → `org/acme/Outer.java`.
fn java_path(class: &str, file: &str) -> String {
    match class.rsplit_once('.') {
        Some((package, _)) => format!("{}/{file}", package.replace('.', "/")),
        None => file.to_owned(),
    }
}

fn normal(path: &str) -> String {
    path.replace('\\', "/").trim_start_matches("./").to_owned()
}

/// `Object.<anonymous>` → `<anonymous>`, `async app::parse` → `parse`.
fn last_name(symbol: &str) -> String {
    symbol.trim().rsplit(['.', ':', ' ']).next().unwrap_or_default().to_owned()
}

fn caller_in(line: &str) -> Option<String> {
    let found = CALLER.as_ref()?.captures(line)?;
    let name = found.name("rust").or_else(|| found.name("go"))?;
    Some(last_name(name.as_str().trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_')))
}
