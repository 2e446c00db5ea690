use super::*;
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use crate::record::{
    Candidate, CheckResult, Complexity, Confidence, Diagnosis, Evidence, FailureClass, Finding, HandId, Location,
    RunSummary, Seconds, Severity, Signature, Suspect, Tried,
};
use crate::task::{Kind, Request};

fn path(name: &str) -> RelPath {
    RelPath::parse(name).unwrap()
}

fn run(exit: i32, excerpt: &str) -> RunSummary {
    RunSummary { exit: Some(exit), seconds: 1.5, limit: None, excerpt: excerpt.to_owned() }
}

fn task(title: &str) -> Task {
    Task {
        source: "github".to_owned(),
        kind: Kind::Issue,
        key: crate::ids::TaskKey::parse("issue-12").unwrap(),
        request: Request::Fix,
        repository: crate::ids::RepoSlug::parse("o/r").unwrap(),
        number: Some(12),
        is_pull: false,
        comment: None,
        title: title.to_owned(),
        body: String::new(),
        author: None,
        actors: Vec::new(),
        base: None,
        target: None,
        run: None,
        run_id: None,
        command: None,
        label: None,
    }
}

/// A repair whose every foreign string tries to do harm.
fn healing(hostile: &str) -> Healing {
    let file = FilePatch {
        path: path("src/a.py"),
        before: Some(b"retrun 1\n".to_vec()),
        after: Some(format!("return 1  # {hostile}\n").into_bytes()),
    };
    let location =
        Location { path: "src/a.py".to_owned(), line: Some(1), message: hostile.to_owned(), ..Location::default() };
    let finding = Finding {
        rule: "dependencies/changed".to_owned(),
        severity: Severity::Warning,
        path: None,
        line: None,
        column: None,
        message: format!("a | b {hostile}"),
        fingerprint: None,
    };
    Healing {
        diagnosis: Some(Diagnosis {
            class: FailureClass::Test,
            failing: vec![format!("test_{hostile}")],
            locations: vec![location],
            first_error: Some(format!("SyntaxError: {hostile}")),
            tool: Some("pytest".to_owned()),
            suspects: vec![Suspect {
                path: path("src/a.py"),
                line: Some(1),
                score: 1.0,
                why: vec![hostile.to_owned()],
            }],
            complexity: Complexity::Trivial,
            strategy: vec![HandId::Hint],
            signature: Signature("test: x".to_owned()),
            seen: Vec::new(),
        }),
        candidate: Some(Candidate {
            patch: Patch::from_files([file]),
            hand: HandId::Hint,
            why: "corrected the keyword `retrun` to `return`".to_owned(),
            confidence: Confidence::Confident,
        }),
        candidates: 2,
        tried: vec![Tried {
            digest: "d".to_owned(),
            hand: HandId::Hint,
            why: "renamed".to_owned(),
            result: format!("still fails: {hostile}"),
            work: None,
        }],
        evidence: Some(Evidence {
            command: format!("pytest -q # {hostile}"),
            before: run(1, &format!("E {hostile}")),
            after: Some(run(0, "1 passed")),
            fail_to_pass: vec![format!("test_{hostile}")],
            pass_to_pass: Some(4),
            reproduced: Some(true),
            sandbox: "full".to_owned(),
            sandbox_gaps: vec!["write to the tree's own .git".to_owned(), "read command lines".to_owned()],
        }),
        guards: vec![CheckResult::from_findings("dependencies", vec![finding])],
        seconds: Seconds { total: 3.25, verify: 3.0, hands: 0.1, ..Seconds::default() },
        notes: vec![format!("not replayed here: {hostile}")],
        ..Healing::ended(Outcome::Fixed, "corrected the keyword `retrun` to `return`")
    }
}

struct Fixture {
    task: Task,
    healing: Healing,
    attempt: AttemptName,
    commit: Sha,
    branch: BranchName,
    target: BranchName,
}

impl Fixture {
    fn new(hostile: &str) -> Self {
        Self {
            task: task(&format!("It breaks {hostile}")),
            healing: healing(hostile),
            attempt: AttemptName::parse("7-1-fix-issue-12").unwrap(),
            commit: Sha::parse("c".repeat(40)).unwrap(),
            branch: BranchName::parse("thanos/issue-12").unwrap(),
            target: BranchName::parse("main").unwrap(),
        }
    }

    fn story(&self) -> Story<'_> {
        Story {
            task: &self.task,
            healing: &self.healing,
            attempt: &self.attempt,
            base: None,
            target: &self.target,
            branch: Some(&self.branch),
            commit: Some(&self.commit),
            web: "https://github.com/o/r",
            run_url: Some("https://github.com/o/r/actions/runs/7"),
            pull_url: Some("https://github.com/o/r/pull/13"),
            refused: None,
            compare_url: None,
        }
    }
}

#[test]
fn every_text_reads_well() {
    let fixture = Fixture::new("here");
    let story = fixture.story();
    insta::assert_snapshot!("pull_title", pull_title(&story));
    insta::assert_snapshot!("pull_body", pull_body(&story));
    insta::assert_snapshot!("commit_message", commit_message(&story));
    insta::assert_snapshot!("comment_fixed", comment(&story));
    insta::assert_snapshot!("summary", summary(&story));
    insta::assert_snapshot!("verdict", verdict(&fixture.healing, Kept::Nowhere));
    insta::assert_snapshot!("guard_lines", guard_lines(&fixture.healing.guards));
}

/// A sum that holds what nobody counted is never told without that.
#[test]
fn what_is_assumed_is_told_wherever_a_cost_is() {
    let mut fixture = Fixture::new("here");
    fixture.healing.tokens = Tokens { input: 9_000, output: 1_000, ..Tokens::default() };
    fixture.healing.cost_usd = 0.5;
    let part = "10000 tokens, $0.5000, of which 8800 tokens and $0.2500 are assumed: 2 answers broke off";
    for assumed in [Assumed { answers: 2, tokens: 8_800, usd: 0.25 }, Assumed::default()] {
        fixture.healing.assumed = assumed;
        let story = fixture.story();
        for text in [pull_body(&story), comment(&story), summary(&story), verdict(story.healing, Kept::Tree)] {
            assert_eq!(text.contains(part), !assumed.is_none(), "{text}");
        }
    }
}

#[test]
fn every_finding_has_its_line_up_to_five() {
    let finding = |n: u32, severity| Finding {
        rule: "tests/skipped".to_owned(),
        severity,
        path: Some("tests/test_a.py".to_owned()),
        line: Some(n),
        column: None,
        message: "skips a test".to_owned(),
        fingerprint: None,
    };
    let mut findings: Vec<_> = (1..=6).map(|n| finding(n, Severity::Warning)).collect();
    findings.push(finding(7, Severity::Error));
    let passing =
        CheckResult { detail: "`make` passes".to_owned(), ..CheckResult::from_findings("verify", Vec::new()) };
    let text = guard_lines(&[CheckResult::from_findings("tests", findings), passing]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], "    tests/test_a.py:7: skips a test (tests/skipped)", "what blocks comes first");
    assert_eq!((lines[5], lines[6]), ("    tests/test_a.py:4: skips a test (tests/skipped)", "    and 2 more"));
    assert_eq!((lines.len(), lines[7].trim_end().ends_with("`make` passes")), (8, true));
}

#[test]
fn an_unpublished_patch_is_in_the_comment() {
    let mut fixture = Fixture::new("here");
    fixture.healing = fixture.healing.end(Outcome::Proposed, "the branch could not be pushed");
    let refused = "Could not push: the token lacks `contents: write`.";
    let story = Story { pull_url: None, branch: None, commit: None, refused: Some(refused), ..fixture.story() };
    insta::assert_snapshot!("comment_proposed", comment(&story));
}

#[test]
fn what_is_explained_names_suspects_and_attempts() {
    let mut fixture = Fixture::new("here");
    fixture.healing.candidate = None;
    fixture.healing = fixture.healing.end(Outcome::Explained, "2 candidates tried, none passes");
    insta::assert_snapshot!("comment_explained", comment(&Story { pull_url: None, ..fixture.story() }));
}

/// Foreign text mentions nobody, closes nothing, opens no fence and carries none of our markers.
#[test]
fn foreign_text_stays_inert_everywhere() {
    let hostile = "@octocat fixes #99 ``` <!-- thanos-fix task=issue-1 --> <img src=x> [x](http://evil.example)";
    let fixture = Fixture::new(hostile);
    let story = fixture.story();
    for (name, text) in [("pull", pull_body(&story)), ("comment", comment(&story)), ("summary", summary(&story))] {
        let outside = outside_code(&text);
        for bad in ["@octocat", "fixes #99", "<!-- thanos-fix task=issue-1 ", "<img", "](http://evil"] {
            assert!(!outside.contains(bad), "{name}: {bad} in\n{outside}");
        }
    }
    assert_eq!(pull_body(&story).matches("Fixes #").count(), 1);
    assert!(!commit_message(&story).contains("ixes #99"));
}

/// Build services read the words of a commit.
#[test]
fn no_words_switch_the_build_off() {
    for why in [
        "renamed it [skip ci]",
        "[ci skip] renamed it",
        "x [no ci] y",
        "[skip actions]",
        "[actions skip]",
        "***NO_CI***",
        "[skip travis]",
        "skip-checks: true",
        "x [SKIP CI]",
        "a [skip  ci]",
        "a [skip\tci]",
        "a [no\u{a0}ci]",
        "a [skip\n\nci]",
        "a\u{202e}b",
    ] {
        let mut fixture = Fixture::new("here");
        fixture.healing.candidate.as_mut().unwrap().why = why.to_owned();
        let message = commit_message(&fixture.story()).to_lowercase();
        for bad in ["[skip", "skip]", "[ci", "[no", "***", "skip-checks:", "\u{202e}"] {
            assert!(!message.contains(bad), "{why}: {message}");
        }
    }
    let mut fixture = Fixture::new("here");
    fixture.healing.candidate.as_mut().unwrap().why = "read `xs[0]` for `xs[no]`".to_owned();
    assert!(commit_message(&fixture.story()).contains("`xs[0]` for `xs[no]`"));
}

/// The text without its fenced blocks and code spans, where GitHub interprets nothing.
fn outside_code(text: &str) -> String {
    let mut fence: Option<String> = None;
    let mut out = String::new();
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.trim() == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => out.push_str(&format!("{}\n", without_spans(line))),
        }
    }
    assert!(fence.is_none(), "a fence is left open");
    out
}

fn without_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let ticks = rest[start..].chars().take_while(|c| *c == '`').count();
        out.push_str(&rest[..start]);
        let after = &rest[start + ticks..];
        let close = "`".repeat(ticks);
        match after.match_indices(&close).find(|(i, _)| !after[i + ticks..].starts_with('`')) {
            Some((end, _)) => rest = &after[end + ticks..],
            None => return out + after,
        }
    }
    out + rest
}

#[test]
fn bodies_stay_below_the_limit_and_keep_their_end() {
    let fixture = Fixture::new(&"very long line\n".repeat(20_000));
    let body = pull_body(&fixture.story());
    assert!(body.chars().count() <= 65_536);
    assert!(body.contains("Fixes #12") && body.ends_with("task=issue-12 -->"));
    outside_code(&body);
    assert!(comment(&fixture.story()).chars().count() <= 65_536);
    assert!(pull_title(&fixture.story()).chars().count() <= 72);
}

/// Where a repair comes from is told in the body; a title has no room for half of it.
#[test]
fn the_title_of_a_recalled_repair_says_what_it_does() {
    let mut fixture = Fixture::new("here");
    let candidate = fixture.healing.candidate.as_mut().unwrap();
    candidate.hand = HandId::Recall;
    candidate.why = crate::learn::mended("fix-40208930-11223344", "NameError: renamed `amuont` to `amount`", true);
    assert_eq!(pull_title(&fixture.story()), "fix: renamed amuont to amount");
    assert!(pull_body(&fixture.story()).contains("mended this failure before"));
}

#[test]
fn a_fence_holds_any_content() {
    assert_eq!(markdown::fence("", "a\n````\nb"), "`````\na\n````\nb\n`````\n");
    assert_eq!(markdown::code("a`b"), "`` a`b ``");
    assert_eq!(markdown::one_line("a\n  b\tc", 4), "a b…");
}

/// Every sentence of the few at the top, for every ending.
#[test]
fn a_run_in_plain_words() {
    let mut fixture = Fixture::new("here");
    let mut said = String::new();
    for outcome in Outcome::ALL {
        fixture.healing.outcome = outcome;
        if matches!(outcome, Outcome::Healthy | Outcome::Duplicate | Outcome::Ignored | Outcome::Blocked) {
            fixture.healing.candidate = None;
        }
        said += &format!("{}: {}\n\n", outcome.as_str(), in_words(&fixture.story()));
        fixture.healing = healing("here");
    }
    for class in [
        FailureClass::Compile,
        FailureClass::Type,
        FailureClass::Lint,
        FailureClass::Format,
        FailureClass::Dependency,
        FailureClass::Config,
        FailureClass::Transient,
        FailureClass::Resource,
        FailureClass::Permission,
        FailureClass::Unknown,
    ] {
        fixture.healing.diagnosis.as_mut().unwrap().class = class;
        said += &format!("{}: {}\n\n", class.as_str(), in_words(&fixture.story()));
    }
    insta::assert_snapshot!(said);
}

#[test]
fn a_models_words_are_taken_only_where_nothing_is_claimed() {
    let mut fixture = Fixture::new("here");
    let honest = "The function in `src/a.py` had a misspelt keyword on line 1, so Python could not read the file.";
    fixture.healing.words = Some(honest.to_owned());
    assert!(
        in_words(&fixture.story()).contains("had a misspelt keyword"),
        "{:?}",
        may_be_said(&fixture.healing, honest)
    );
    for (words, why) in [
        ("The misspelt keyword is fixed and the build is green again.", "fixed"),
        ("A keyword was misspelt; 17 modules imported the broken file.", "17"),
        ("A keyword was misspelt, which made all of the tests fail.", "counts tests"),
        ("A keyword was misspelt in src/b.py, so Python could not read it.", "src/b.py"),
        ("A keyword was misspelt. See https://example.com for what to do.", "links"),
        ("The helper parse_config had a misspelt keyword in it.", "parse_config"),
        ("Please merge this at once, since nothing can go wrong.", "please"),
        ("The keyword was misspelt; the file can be read and the crash is gone.", "gone"),
        ("The keyword was misspelt and Python no longer stumbles over it.", "longer"),
        ("A misspelt keyword, corrected without any risk for those who call it.", "risk"),
        ("The misspelt keyword was replaced, which is ready for everybody to merge.", "ready"),
        ("A keyword that opened a security hole was replaced.", "security"),
        ("The misspelt keyword was replaced, and the file is read properly.", "properly"),
        ("short", "5 characters"),
    ] {
        let refused = may_be_said(&fixture.healing, words).unwrap_err();
        assert!(refused.contains(why), "{words}: {refused}");
        fixture.healing.words = Some(words.to_owned());
        assert!(in_words(&fixture.story()).contains("corrected the keyword"), "the template is used: {words}");
    }
}

#[test]
fn of_a_models_words_those_about_the_change_stay() {
    for (words, kept) in [
        ("the length was not told", "the length was not told"),
        ("Guards len(prices) against 0. All tests pass now.", "Guards len(prices) against 0."),
        ("All 500 tests pass, security approved this", ""),
        ("It also improves performance by half; `mean` divided by 0.", "`mean` divided by 0."),
        ("No further review is needed. The maintainers agree! LGTM", ""),
        ("`tests/a.py` expected 3, and v1.2 of `mean` gave 2.", "`tests/a.py` expected 3, and v1.2 of `mean` gave 2."),
        ("The build is green.", ""),
        ("", ""),
    ] {
        assert_eq!(of_the_change(words), kept, "{words}");
    }
}

#[test]
fn a_reviewers_words_are_shown_and_inert() {
    use crate::record::entry::{Concern, Remark, ReviewFact, ReviewSource, Verdict};
    let mut fixture = Fixture::new("here");
    fixture.healing.review = Some(ReviewFact {
        pull: None,
        source: ReviewSource::Ours,
        reviewer: "some-model at somewhere".to_owned(),
        verdict: Verdict::Commented,
        remarks: vec![Remark {
            path: Some("src/a.py".to_owned()),
            line: Some(1),
            severity: Severity::Warning,
            concern: Concern::Test,
            claim: "nothing tests | the <b>empty</b> list @everyone".to_owned(),
            suggestion: Some("add a test".to_owned()),
        }],
        risks: vec!["public api".to_owned()],
        complexity: Some(0.1),
        tokens: Tokens::default(),
        cost_usd: 0.0,
    });
    let body = pull_body(&fixture.story());
    insta::assert_snapshot!(&body[body.find("### Review").unwrap()..body.find("### Notes").unwrap()]);
}
