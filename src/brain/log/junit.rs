//! Java test runners: Surefire, Gradle, Ant, TestNG, ScalaTest.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "<<< FAILURE!",
        "<<< ERROR!",
        " FAILED",
        "\tFAILED",
        "Failed tests:",
        "Tests in error:",
        "] Failures:",
        "] Errors:",
        "FAILED: ",
        " took ",
        "*** FAILED ***",
        "tests failed",
        "There are test failures",
        "There were failing tests",
        "Caused an ERROR",
        "Tests run: ",
        ".xml:",
        "AssertionError",
        "AssertionFailedError",
        "TestFailedException",
        "ComparisonFailure",
        "There was 1 failure:",
        "There was 1 error:",
        " failures:",
        " errors:",
    ],
    read,
};

patterns! {
    TEXT_HEADING = r"There (?:was 1 (?:failure|error)|were [0-9]+ (?:failures|errors)):$";
    TEXT_ROW = r"^\s*(?:\[\w+\] )?[0-9]+\) (?P<name>[\w$\[\]]+)\((?P<class>[\w.$]+)\)(?P<text>.*)$";
    SUREFIRE = r"^\s*(?:\[ERROR\] )?(?P<name>\S.*?)(?:\((?P<class>[\w.$]+)\))?\s+(?:--\s+)?Time elapsed: [0-9.,]+ ?s(?:ec)?\s+<<< (?:FAILURE|ERROR)!";
    LISTED = r"^\s*(?:\[ERROR\] )?\s*(?:Run [0-9]+: )?(?P<class>[A-Za-z_$][\w$]*)(?:>[\w$]+)?\.(?P<name>[\w$]+)(?:\[.*?\])?(?::(?P<line>[0-9]+)(?:->\S+)?\s*(?P<text>.*)|(?:->\S+)? » .*)$";
    LISTED_OLD = r"^\s*(?:\[ERROR\] )?\s*(?P<name>[\w$]+)\((?P<class>[\w.$]+)\):?(?: (?P<text>.*))?$";
    LISTED_CLASS = r"^\s+(?P<class>(?:[a-z_]\w*\.)+[A-Z]\w*): (?P<text>\S.*)$";
    LISTED_HASH = r"^\s*(?:\[ERROR\] )?\s*(?P<class>[\w.$]+\.[\w$]+)#(?P<name>[\w$]+)(?: (?P<text>.*))?$";
    // TestNG under Gradle: the class and the method in one.
    GRADLE = r"^\s*(?P<name>\S.* > .+?|(?:[a-z_]\w*\.)+(?:[A-Z][\w$]*\.)+\w+) FAILED$";
    ANT = r"^\s*Testcase: (?P<name>\S+?)(?:\((?P<class>[\w.]+)\))? took ";
    ANT_TEST = r"^\s*TEST (?P<class>[\w.$]+) FAILED|Test (?P<class2>[\w.$]+) FAILED";
    LAUNCHED = r"^\s*Test: (?P<name>[\w$]+)\(.*\) took [0-9]+ (?:milli )?sec\(s\) FAILED: (?P<text>.*)$";
    ANT_NAMED = r"\.xml:[0-9]+: Test (?P<class>[\w.$]+) failed";
    TESTNG = r"^\s*FAILED: (?P<name>[\w$]+)(?:\(.*\))?$";
    SCALATEST = r"^\s*(?:\[\w+\] )?\s*- (?P<name>.+?) \*\*\* FAILED \*\*\*";
    SCALA_AT = r"\((?P<path>\w+\.scala):(?P<line>[0-9]+)\)";
    FRAME = r"^\s*(?:\[\w+\]\s+)?at (?:[\w.@-]*/)*(?P<method>[\w.$<>]+)\((?P<path>[\w$-]+\.(?:java|kt|scala|groovy)):(?P<line>[0-9]+)\)";
    AT_FILE = r"^\s+(?P<text>[\w.$]+(?:: .*)?) at (?P<path>[\w$-]+\.(?:java|kt|groovy|scala)):(?P<line>[0-9]+)";
    THROWN = r"^\s*(?:\[ERROR\] )?(?:[a-z_][\w$]*\.)+[A-Z][\w$]*(?::.*)?$|^\s*\S*(?:Error|Exception|Failure)\b.*";
    BARE = r"^\s*(?:Caused by: )?(?:[a-z]\w*\.)+(?:AssertionError|AssertionFailedError|TestFailedException|ComparisonFailure)(?::|$)";
    TOTALS = r"^\s*(?:\[\w+\] )?Tests run: [0-9]+, (?:Failures: [1-9]|Failures: 0, Errors: [1-9])";
    SUMMARY = r"(?:[0-9]+ tests completed, [1-9][0-9]* failed|One or more tests failed|There are test failures|[Ss]ome tests failed|\.xml:[0-9]+: Test \S+ failed|\.xml:[0-9]+: '[\w-]*test[\w-]*' failed)";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = SUREFIRE.captures(line) {
        out.extend(surefire(lines, at, &c));
    } else if let Some(c) = GRADLE.captures(line).filter(|_| !line.starts_with("> ")) {
        out.push(gradle(lines, at, group(&c, "name")));
    } else if TEXT_HEADING.is_match(line) {
        out.extend(text_runner(lines, at));
    } else if is_heading(line) {
        listed(lines, at, out);
    } else if TOTALS.is_match(line) && !line.contains("Time elapsed") {
        rows_above(lines, at, out);
    } else if line.trim() == "FAILED" || line.contains("Caused an ERROR") {
        out.extend(ant(lines, at));
    } else if let Some(c) = TESTNG.captures(line) {
        out.push(thrown(lines, at, "testng", "").failing(group(&c, "name")));
    } else if let Some(c) = LAUNCHED.captures(line) {
        let name = group(&c, "name");
        let id = owned(&owner_below(lines, at, name), name);
        let found = Found::new("junit", FailureClass::Test, Rank::Sure, at, line);
        out.push(found.failing(id).locations(frames(lines, at, "")));
    } else if let Some(c) = ANT_NAMED.captures(line) {
        let found = Found::new("junit", FailureClass::Test, Rank::Generic, at, line);
        out.push(found.failing(group(&c, "class")));
    } else if let Some(c) = SCALATEST.captures(line) {
        out.push(scalatest(lines, at, group(&c, "name")));
    } else if ANT_TEST.is_match(line) {
        out.push(Found::new("junit", FailureClass::Test, Rank::Wrapper, at, line));
    } else if BARE.is_match(line) && lines.get(at + 1).trim_start().starts_with("at ") {
        out.push(Found::new("junit", FailureClass::Test, Rank::Strong, at, line).locations(frames(lines, at, "")));
    } else if SUMMARY.is_match(line) {
        out.push(Found::new("junit", FailureClass::Test, Rank::Generic, at, line));
    }
}

/// A heading of a single test; that of a whole class counts its tests instead.
fn surefire(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let name = group(c, "name");
    if name.contains("Tests run:") {
        return None;
    }
    // TestNG's own provider: `total on total(shop.CartTest)`.
    let name = name.split_once(" on ").filter(|(own, rest)| rest.starts_with(own)).map_or(name, |(own, _)| own);
    let class = c.name("class").map_or("", |m| m.as_str());
    let owner = if class.is_empty() { owner_below(lines, at, name) } else { class.to_owned() };
    let name = name.trim_end_matches("()");
    let id = owned(&owner, name);
    Some(thrown(lines, at, "surefire", &id).failing(id.clone()))
}

fn owned(owner: &str, name: &str) -> String {
    if owner.is_empty() { name.to_owned() } else { format!("{owner}.{name}") }
}

/// Newer versions write `testX()` and leave the class to the stack.
fn owner_below(lines: &Lines, at: usize, name: &str) -> String {
    let bare = name.trim_end_matches("()");
    if bare.contains('.') {
        return String::new();
    }
    let frames = lines.after(at, 40).filter_map(|(_, l)| FRAME.captures(l));
    let mut methods = frames.filter_map(|c| group(&c, "method").strip_suffix(&format!(".{bare}")).map(str::to_owned));
    methods.next().and_then(|owner| owner.rsplit('.').next().map(str::to_owned)).unwrap_or_default()
}

/// The exception below a heading, with its own frames.
fn thrown(lines: &Lines, at: usize, tool: &'static str, owner: &str) -> Found {
    let message = lines.after(at, 4).find(|(_, l)| THROWN.is_match(l));
    let Some((index, quote)) = message else {
        return Found::new(tool, FailureClass::Test, Rank::Strong, at, lines.get(at));
    };
    Found::new(tool, FailureClass::Test, Rank::Sure, at, quote).locations(frames(lines, index, owner))
}

/// Frames of test libraries and of Java itself tell nothing; those near the test's own package tell most.
pub(super) fn frames(lines: &Lines, at: usize, owner: &str) -> Vec<Location> {
    let mut own: Vec<(&str, Location)> = Vec::new();
    for (_, line) in lines.after(at, 60) {
        match FRAME.captures(line) {
            Some(c) if !is_library(group(&c, "method")) => {
                own.push((group(&c, "method"), place(group(&c, "path"), group(&c, "line"), "", "", "")));
            }
            None if !own.is_empty() && !line.contains("... ") && !line.contains("at ") => break,
            _ => {}
        }
    }
    let near = project(owner);
    if let Some(near) = near.filter(|near| own.iter().any(|(method, _)| method.starts_with(near))) {
        own.retain(|(method, _)| method.starts_with(near));
    }
    // An assertion of the project's own tells less than the test that called it.
    let asserting = own.iter().take_while(|(method, _)| is_assertion(method)).count();
    if asserting < own.len() {
        own.drain(..asserting);
    }
    own.into_iter().map(|(_, spot)| spot).collect()
}

fn is_assertion(method: &str) -> bool {
    let name = method.rsplit('.').next().unwrap_or(method);
    name.starts_with("assert") || name == "fail"
}

/// A method of the test libraries or of the language itself.
pub(super) fn is_library(method: &str) -> bool {
    const LIBRARIES: [&str; 17] = [
        "java.",
        "javax.",
        "jdk.",
        "sun.",
        "com.sun.",
        "org.junit.",
        "junit.",
        "org.opentest4j.",
        "org.hamcrest.",
        "org.assertj.",
        "org.mockito.",
        "org.gradle.",
        "org.apache.maven.",
        "org.testng.",
        "kotlin.",
        "scala.",
        "org.scalatest.",
    ];
    LIBRARIES.iter().any(|library| method.starts_with(library))
}

/// `com.shop.cart.CartTest` → `com.shop.`
fn project(owner: &str) -> Option<&str> {
    let (second, _) = owner.match_indices('.').nth(1)?;
    Some(&owner[..=second])
}

fn gradle(lines: &Lines, at: usize, name: &str) -> Found {
    let (index, line) = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty()).unwrap_or((at, ""));
    if let Some(c) = AT_FILE.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), "", group(&c, "text"), "");
        return Found::new("gradle", FailureClass::Test, Rank::Sure, at, line).failing(name).location(spot);
    }
    if !THROWN.is_match(line) {
        return Found::new("gradle", FailureClass::Test, Rank::Strong, at, lines.get(at)).failing(name);
    }
    Found::new("gradle", FailureClass::Test, Rank::Sure, at, line).failing(name).locations(frames(lines, index, ""))
}

/// The lists at the end of a Surefire run.
fn listed(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let head = lines.get(at);
    let first = head.split_once("tests:").or_else(|| head.split_once("error:")).map_or("", |(_, rest)| rest);
    let rest = lines.after(at, 300).take_while(|(_, l)| !ends_list(l));
    let known = out.len();
    out.extend(
        std::iter::once((at, first))
            .chain(rest)
            .filter_map(|(index, line)| row(index, line).or_else(|| whole_class(index, line))),
    );
    if out.len() == known {
        let (_, said) = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty()).unwrap_or((at, head));
        out.push(Found::new("surefire", FailureClass::Test, Rank::Generic, at, said));
    }
}

/// JUnit's own text runner numbers what failed, the exception behind the name.
fn text_runner(lines: &Lines, at: usize) -> Vec<Found> {
    let rows = lines.after(at, 5_000).take_while(|(_, l)| !l.contains("Tests run:"));
    let rows = rows.filter_map(|(index, l)| Some((index, TEXT_ROW.captures(l)?)));
    rows.map(|(index, c)| {
        let id = format!("{}.{}", group(&c, "class"), group(&c, "name"));
        let below = lines.get(index + 1);
        let quote = if group(&c, "text").is_empty() && THROWN.is_match(below) { below } else { lines.get(index) };
        let spots = frames(lines, index, &id);
        Found::new("junit", FailureClass::Test, Rank::Sure, index, quote).failing(id).locations(spots)
    })
    .collect()
}

/// The rows above the totals of a list whose heading the log has lost.
fn rows_above(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let above: Vec<_> = lines.before(at, 300).take_while(|(_, l)| !ends_list(l) && !is_heading(l)).collect();
    let whole = above.len() < at && is_heading(lines.get(at - above.len() - 1));
    let rows = above.into_iter().rev().filter(|_| !whole);
    out.extend(
        rows.filter(|(_, l)| ["):", " » ", "#"].iter().any(|sign| l.contains(sign)) || l.trim_end().ends_with(')'))
            .filter_map(|(index, l)| row(index, l)),
    );
}

/// One row of such a list.
fn row(at: usize, line: &str) -> Option<Found> {
    let c = LISTED.captures(line).or_else(|| LISTED_OLD.captures(line)).or_else(|| LISTED_HASH.captures(line))?;
    // It failed by what the machine lacked.
    let starved = line.contains("OutOfMemoryError");
    let class = if starved { FailureClass::Resource } else { FailureClass::Test };
    let found = Found::new("surefire", class, Rank::Strong, at, line);
    let found = found.failing(format!("{}.{}", group(&c, "class"), group(&c, "name")));
    let (line, text) = (c.name("line"), c.name("text").map_or("", |m| m.as_str()));
    Some(found.locations(line.map(|l| place(&format!("{}.java", group(&c, "class")), l.as_str(), "", text, ""))))
}

/// A class that failed before any of its tests ran.
fn whole_class(at: usize, line: &str) -> Option<Found> {
    let c = LISTED_CLASS.captures(line)?;
    Some(Found::new("surefire", FailureClass::Test, Rank::Strong, at, line).failing(group(&c, "class")))
}

fn is_heading(line: &str) -> bool {
    ["Failed tests:", "Tests in error:", "] Failures:", "] Errors:"].iter().any(|mark| line.contains(mark))
}

fn ends_list(line: &str) -> bool {
    line.contains("Tests run:")
        || line.contains("Tests in error:")
        || line.contains("BUILD ")
        || line.contains("] Errors:")
}

fn ant(lines: &Lines, at: usize) -> Option<Found> {
    let c = lines.before(at, 3).find_map(|(_, l)| ANT.captures(l))?;
    let message = lines.after(at, 2).find(|(_, l)| !l.trim().is_empty())?;
    let found = Found::new("junit", FailureClass::Test, Rank::Sure, at, message.1).failing(group(&c, "name"));
    Some(found.locations(frames(lines, message.0, "")))
}

fn scalatest(lines: &Lines, at: usize, name: &str) -> Found {
    let (_, message) = lines.after(at, 2).find(|(_, l)| !l.trim().is_empty()).unwrap_or((at, lines.get(at)));
    let spot = SCALA_AT.captures(message).map(|c| place(group(&c, "path"), group(&c, "line"), "", message, ""));
    let id = subject(lines, at).map_or(name.to_owned(), |subject| format!("{subject} {name}"));
    Found::new("scalatest", FailureClass::Test, Rank::Sure, at, message).failing(id).locations(spot)
}

/// What the tests below it are about; a suite's name ends with a colon.
fn subject(lines: &Lines, at: usize) -> Option<String> {
    let bare = |l: &str| l.trim_start_matches("[info]").trim().to_owned();
    let mut above = lines.before(at, 200).map(|(_, l)| bare(l)).filter(|l| !l.is_empty());
    let first = above.find(|l| !l.starts_with("- ") && !l.contains(".scala:"))?;
    // A row of another test's message is no subject.
    (!first.ends_with(':') && first.starts_with(char::is_uppercase) && first.split(' ').count() <= 8).then_some(first)
}
