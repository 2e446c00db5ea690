//! A tolerant reader of JUnit-like reports: either root, suites in suites, stray control characters.

use super::{Status, TestResults};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What the report says; `None` when it is cut short, no report at all, or contradicts its own counts.
pub fn read(bytes: &[u8]) -> Option<TestResults> {
    let text: String = String::from_utf8_lossy(bytes).chars().filter(|c| !is_stray(*c)).collect();
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_dangling_amp = true;
    let mut report = Report::default();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => report.open(&tag),
            Event::Empty(tag) => {
                report.open(&tag);
                report.close(tag.name().as_ref())?;
            }
            Event::End(tag) => report.close(tag.name().as_ref())?,
            Event::Eof => return report.finish(),
            _ => {}
        }
    }
}

fn is_stray(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

#[derive(Default)]
struct Report {
    results: TestResults,
    suites: Vec<Suite>,
    case: Option<Case>,
    seen_root: bool,
    depth: usize,
}

struct Suite {
    name: String,
    declared: Option<usize>,
    found: usize,
    nested: bool,
}

struct Case {
    name: String,
    class: String,
    file: String,
    status: Status,
}

impl Report {
    fn open(&mut self, tag: &BytesStart) {
        self.depth += 1;
        match tag.name().as_ref() {
            "testsuites" => self.seen_root = true,
            "testsuite" => {
                self.seen_root = true;
                if let Some(outer) = self.suites.last_mut() {
                    outer.nested = true;
                }
                let declared = attribute(tag, "tests").parse().ok();
                self.suites.push(Suite { name: attribute(tag, "name"), declared, found: 0, nested: false });
            }
            "testcase" => self.case = Some(Case::new(tag)),
            other => self.mark(other),
        }
    }

    /// A child of a test case that says how it ended. What a rerun mended is no failure.
    fn mark(&mut self, tag: &str) {
        let Some(case) = &mut self.case else { return };
        match tag {
            "failure" | "error" => case.status = Status::Failed,
            "skipped" if case.status != Status::Failed => case.status = Status::Skipped,
            _ => {}
        }
    }

    /// `None` when a suite holds fewer cases than it declares.
    fn close(&mut self, tag: &str) -> Option<()> {
        self.depth = self.depth.checked_sub(1)?;
        match tag {
            "testcase" => {
                if let Some(case) = self.case.take() {
                    self.suites.iter_mut().for_each(|suite| suite.found += 1);
                    let status = case.status;
                    self.results.add(case.id(&self.suites), status);
                }
            }
            "testsuite" => {
                let suite = self.suites.pop()?;
                // Runners disagree on what an outer suite counts; an inner one has no way out.
                let short = suite.declared.is_some_and(|declared| suite.found < declared);
                return (suite.nested || !short).then_some(());
            }
            _ => {}
        }
        Some(())
    }

    fn finish(self) -> Option<TestResults> {
        (self.seen_root && self.depth == 0).then_some(self.results)
    }
}

impl Case {
    fn new(tag: &BytesStart) -> Self {
        let status = match attribute(tag, "status").as_str() {
            "fail" | "failed" => Status::Failed,
            "notrun" | "disabled" | "skipped" => Status::Skipped,
            _ => Status::Passed,
        };
        Self { name: attribute(tag, "name"), class: attribute(tag, "classname"), file: attribute(tag, "file"), status }
    }

    /// The name under which a person, or the runner's own command line, knows the test.
    fn id(&self, suites: &[Suite]) -> String {
        if self.file.ends_with(".py") {
            return self.node_id();
        }
        let (class, name) = (self.class.trim(), self.name.trim());
        if class.is_empty() || class == "test" {
            // Node names every class "test" and says where a test belongs by nesting alone.
            let outer = suites.iter().map(|suite| suite.name.as_str()).filter(|_| class == "test");
            return outer.chain([name]).collect::<Vec<_>>().join(" > ");
        }
        match class {
            _ if name.starts_with(class) => name.to_owned(),
            _ if class.contains(' ') => format!("{class} > {name}"),
            _ => format!("{class}.{name}"),
        }
    }

    /// pytest: `tests/test_a.py::TestB::test_c`. A module that cannot be imported has its file's name.
    fn node_id(&self) -> String {
        let module = self.file.trim_end_matches(".py").replace(['/', '\\'], ".");
        if self.class.is_empty() && self.name == module {
            return self.file.clone();
        }
        let inside = self.class.strip_prefix(&module).unwrap_or_default().trim_start_matches('.');
        let parts = inside.split('.').filter(|part| !part.is_empty()).chain([self.name.as_str()]);
        parts.fold(self.file.clone(), |id, part| id + "::" + part)
    }
}

fn attribute(tag: &BytesStart, name: &str) -> String {
    let found = tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name);
    let raw = found.map(|attribute| attribute.value.into_owned()).unwrap_or_default();
    quick_xml::escape::unescape(&raw).map(|text| text.into_owned()).unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `passed | failed | skipped`, names separated by commas.
    fn told(report: &str) -> Option<String> {
        let join = |names: std::collections::BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(",");
        read(report.as_bytes()).map(|r| format!("{} | {} | {}", join(r.passed), join(r.failed), join(r.skipped)))
    }

    const PYTEST: &str = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="5">
<testcase classname="" name="tests.test_c" file="tests/test_c.py" time="0"><error message="collection failure">E &#x1B;[31m</error></testcase>
<testcase classname="tests.test_a.TestA.TestIn" name="test_a[x-1]" file="tests/test_a.py" line="1" time="0.1" />
<testcase classname="tests.test_a" name="test_b" file="tests/test_a.py"><failure message="assert 0">&gt; assert 0</failure></testcase>
<testcase classname="tests.test_a" name="test_s" file="tests/test_a.py"><skipped type="pytest.skip" message="no"/></testcase>
<testcase classname="tests.test_a" name="test_p" file="tests/test_a.py"><system-out>ok</system-out></testcase></testsuite></testsuites>"#;

    const NODE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testcase name="top" time="0.001" classname="test"/>
	<testsuite name="suite" disabled="0" errors="0" tests="3" failures="1" skipped="0">
		<testcase name="bad &lt;&amp;>" classname="test" failure="1 == 2"><failure type="testCodeFailure" message="1 == 2">x</failure></testcase>
		<testsuite name="deep" tests="1" failures="0"><testcase name="x" classname="test"/></testsuite>
	</testsuite>
	<testcase name="later" classname="test"><skipped type="todo" message="true"/></testcase>
	<!-- tests 4 -->
</testsuites>"#;

    const CTEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-c++" tests="4" failures="1" disabled="1" skipped="1" hostname="" time="0">
	<testcase name="good" classname="good" time="0.0" status="run"><properties/><system-out>out</system-out></testcase>
	<testcase name="bad" classname="bad" time="0.0" status="fail"><failure message=""/><system-out>a BELL b</system-out></testcase>
	<testcase name="off" classname="off" time="0" status="disabled"><system-out></system-out></testcase>
	<testcase name="none" classname="none" time="0" status="notrun"><skipped message="SKIP_RETURN_CODE=4"/></testcase>
</testsuite>"#;

    const MOCHA: &str = r#"<testsuite name="Mocha Tests" tests="3" failures="0" errors="1" skipped="1" timestamp="x" time="0.005">
<testcase classname="Array #indexOf" name="returns -1" time="0"/>
<testcase classname="Array" name="throws" time="0.001"><failure>boom
    at a.js:1</failure></testcase>
<testcase classname="Array" name="pending" time="0"><skipped/></testcase>
</testsuite>"#;

    const SUREFIRE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0" name="com.a.BTest" time="0.04" tests="4" errors="1" skipped="0" failures="1">
  <properties><property name="java.version" value="17"/></properties>
  <testcase name="adds" classname="com.a.BTest" time="0.01"/>
  <testcase name="flaky" classname="com.a.BTest" time="0.01"><flakyFailure message="once" type="X">x</flakyFailure></testcase>
  <testcase name="throws" classname="com.a.BTest"><error message="/ by zero" type="java.lang.ArithmeticException"><![CDATA[at <init>]]></error></testcase>
  <testcase name="wrong" classname="com.a.BTest"><failure type="E">a</failure><rerunFailure type="E">b</rerunFailure></testcase>
</testsuite>"#;

    #[test]
    fn reports_of_every_shape() {
        for (report, expected) in [
            (
                PYTEST,
                "tests/test_a.py::TestA::TestIn::test_a[x-1],tests/test_a.py::test_p | \
                 tests/test_a.py::test_b,tests/test_c.py | tests/test_a.py::test_s",
            ),
            (NODE, "suite > deep > x,top | suite > bad <&> | later"),
            (&CTEST.replace("BELL", "\u{1}\u{7}"), "good | bad | none,off"),
            (MOCHA, "Array #indexOf > returns -1 | Array.throws | Array.pending"),
            (SUREFIRE, "com.a.BTest.adds,com.a.BTest.flaky | com.a.BTest.throws,com.a.BTest.wrong | "),
            ("<testsuites/>", " |  | "),
        ] {
            assert_eq!(told(report).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_whole_report_is_none() {
        let cut = &SUREFIRE[..SUREFIRE.len() - 30];
        let missing = r#"<testsuite name="a" tests="2"><testcase name="x" classname="a"/></testsuite>"#;
        for report in ["", "no xml", "<html></html>", cut, missing, "<testsuite><"] {
            assert_eq!(told(report), None, "{report}");
        }
    }

    proptest! {
        /// The code under test writes its own report: parts in any order, doubled, cut, with anything between them.
        /// No test is told to have passed and failed.
        #[test]
        fn forged_reports_are_read_or_not(parts in prop::collection::vec((0_usize..4000, 0_usize..200, "\\PC{0,12}"), 0..12)) {
            let all = [PYTEST, NODE, CTEST, MOCHA, SUREFIRE].concat();
            let chars: Vec<char> = all.chars().collect();
            let cut = |(from, length, noise): &(usize, usize, String)| {
                let from = from % chars.len();
                let piece: String = chars[from..(from + length).min(chars.len())].iter().collect();
                format!("{piece}{noise}")
            };
            let text: String = parts.iter().map(cut).collect();
            for report in [text.clone(), format!("<testsuites>{text}</testsuites>"), format!("<testsuite name='a'>{text}</testsuite>")] {
                if let Some(results) = read(report.as_bytes()) {
                    prop_assert!(results.passed.is_disjoint(&results.failed));
                }
            }
        }

        #[test]
        fn bytes_are_read_or_not(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }
    }

    /// Suites in suites without end cost no stack.
    #[test]
    fn depth_is_no_danger() {
        let deep = format!("{}{}", "<testsuite name='a'>".repeat(100_000), "</testsuite>".repeat(100_000));
        let _ = read(deep.as_bytes());
    }
}
