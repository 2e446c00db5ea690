//! C and C++ compilers (gcc, clang, MSVC), clang-tidy, clang-format, and the sanitizers.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &[
        ": error: ",
        ": fatal error",
        ": Error: ",
        ") Error: ",
        "): error C",
        "ERROR: AddressSanitizer",
        "ERROR: LeakSanitizer",
        "ThreadSanitizer: ",
        "SUMMARY: ",
        "MemorySanitizer: ",
        ": runtime error: ",
        "-Wclang-format-violations",
        "error: subcommand failed",
    ],
    read,
};

patterns! {
    GCC = r"^\s*(?P<path>(?:[A-Za-z]:)?[^\s:(][^:(]*\.(?:c|cc|cpp|cxx|c\+\+|C|h|hh|hpp|hxx|inl|ipp|m|mm|cu|cuh|S|s|f|f90|F90|i|y|l|proto|v|vala|d|nim|zig|hs|ml|cr|sol|swift|dart|adb|hx)):(?P<line>[0-9]+):(?:(?P<column>[0-9]+):)? (?:fatal )?[Ee]rror: (?P<text>.+?)(?: \[(?P<code>[\w.,=+-]+)\])?$";
    MSVC = r"^\s*(?:[0-9]+>)?(?P<path>(?:[A-Za-z]:)?[^\s:(][^:(]*)\((?P<line>[0-9]+)(?:,(?P<column>[0-9]+))?\)\s?: (?:fatal )?error (?P<code>C[0-9]+): (?P<text>.+)$";
    NIM = r"^(?P<path>\S+\.nims?)\((?P<line>[0-9]+), (?P<column>[0-9]+)\) Error: (?P<text>.+?)(?: \[(?P<code>\w+)\])?$";
    SANITIZER = r"(?:ERROR|WARNING): (?:Address|Leak|Thread|Memory)Sanitizer|^\s*(?P<path>\S+?):(?P<line>[0-9]+):(?P<column>[0-9]+): runtime error: ";
    SUMMARY = r"^(?:[0-9]+: )?SUMMARY: \w+Sanitizer: \S+ (?P<path>/?[^\s:()]+\.\w+):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))? in ";
    FROM = r"^\s*(?P<path>[^\s:]+):(?P<line>[0-9]+):(?P<column>[0-9]+):\s+required from here$";
    REQUESTED = r"^\s*(?P<path>[^\s:]+):(?P<line>[0-9]+):(?P<column>[0-9]+): note: in instantiation of .* requested here$";
    FRAME = r"^\s*#[0-9]+ .*?\s(?P<path>/?[^\s:()]+\.\w+):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = GCC.captures(line).or_else(|| MSVC.captures(line)).or_else(|| NIM.captures(line)) {
        // XCTest prints its failures like a compiler, without a column.
        let tested = group(&c, "path").ends_with(".swift") || group(&c, "text").starts_with("-[");
        // So does CppUTest.
        let unit = group(&c, "text").starts_with("Failure in ") && line.ends_with(')');
        if !unit && !tested || !group(&c, "column").is_empty() {
            out.push(message(line, at, &c).locations(instantiated(lines, at, group(&c, "path"))));
        }
    } else if let Some(c) = SUMMARY.captures(line) {
        // The report's last line, where its head is lost.
        let column = c.name("column").map_or("", |m| m.as_str());
        let spot = place(group(&c, "path"), group(&c, "line"), column, line, "");
        out.push(Found::new("sanitizer", FailureClass::Test, Rank::Strong, at, line).location(spot));
    } else if let Some(c) = SANITIZER.captures(line) {
        let own = c.name("path").map(|_| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), line, ""));
        let frames = lines.after(at, 40).filter_map(|(_, l)| FRAME.captures(l));
        let frames = frames
            .map(|c| place(group(&c, "path"), group(&c, "line"), c.name("column").map_or("", |m| m.as_str()), "", ""));
        let found = Found::new("sanitizer", FailureClass::Test, Rank::Sure, at, line);
        out.push(found.locations(own).locations(super::node::own_only(frames.collect())));
    }
}

/// Where the project's own code made a library's template fail: gcc tells above, clang below.
fn instantiated(lines: &Lines, at: usize, path: &str) -> Vec<Location> {
    if !is_foreign(path) {
        return Vec::new();
    }
    let above = lines.before(at, 12).find_map(|(_, l)| FROM.captures(l));
    let below = lines.after(at, 60).take_while(|(_, l)| !GCC.is_match(l)).filter_map(|(_, l)| REQUESTED.captures(l));
    above
        .into_iter()
        .chain(below)
        .map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), "", ""))
        .collect()
}

fn message(line: &str, at: usize, c: &regex::Captures<'_>) -> Found {
    let (text, code) = (group(c, "text"), group(c, "code"));
    let class = if code.contains("clang-format") || text.starts_with("code should be clang-formatted") {
        FailureClass::Format
    } else if is_tidy(code) {
        FailureClass::Lint
    } else {
        FailureClass::Compile
    };
    let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), text, code);
    Found::new("cc", class, Rank::Sure, at, line).location(spot)
}

/// clang-tidy names its checks without the compiler's `-W`.
fn is_tidy(code: &str) -> bool {
    const GROUPS: [&str; 8] = [
        "bugprone-",
        "readability-",
        "modernize-",
        "performance-",
        "cppcoreguidelines-",
        "clang-analyzer-",
        "google-",
        "misc-",
    ];
    GROUPS.iter().any(|group| code.starts_with(group))
}
