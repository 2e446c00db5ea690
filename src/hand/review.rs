//! A second model looks over a candidate that is proven already: it sees the task, the change and the evidence, and
//! says what is wrong as data. An answer that cannot be read is no review, and never a yes.

use super::model::data::{block, head};
use crate::brain::text;
use crate::ids::RelPath;
use crate::llm::{Message, Model, Reply, Request, Seat, Tool};
use crate::patch::Patch;
use crate::record::entry::{Concern, Remark, ReviewFact, ReviewSource, Verdict};
use crate::record::{CheckResult, CheckStatus, Evidence, Finding, Severity};
use crate::report::count;
use crate::report::markdown::one_line;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Of the reply, in tokens.
const LONGEST_REPLY: u64 = 4_000;
/// Bytes of each part of the question.
const TASK: usize = 4_000;
const DIFF: usize = 40_000;
const OUTPUT: usize = 2_000;
const MOST_REMARKS: usize = 20;
const LONGEST_CLAIM: usize = 500;

/// What is to be looked over.
pub struct Question<'a> {
    pub reported: &'a str,
    pub patch: &'a Patch,
    /// Of the command, before and with it.
    pub evidence: &'a Evidence,
    /// What the checks over data have to say.
    pub guards: &'a [CheckResult],
}

/// The review, or why there is none.
pub fn review(model: &dyn Model, question: &Question) -> Result<ReviewFact, String> {
    let before = model.spent();
    // Who saw a part of it has not looked it over, and what nobody can look over is not let pass: it may be long on purpose.
    let shown = question.patch.unified_diff().len();
    if shown > DIFF {
        return Ok(too_long(name(model), shown));
    }
    let mut request = Request {
        system: include_str!("review.md").to_owned(),
        messages: vec![Message::User { text: worded(question) }],
        tools: vec![tool()],
        max_tokens: LONGEST_REPLY,
    };
    let mut found = None;
    // Who only talks is asked once more.
    for _ in 0..2 {
        let reply = ask(model, &request)?;
        found = read(&reply);
        if found.is_some() {
            break;
        }
        // Calls without a result would be refused.
        request.messages.push(Message::Model { text: head(&reply.text, 4_000).to_owned(), calls: Vec::new() });
        let text = "That is no review that can be read. Call the tool `review` with your findings.".to_owned();
        request.messages.push(Message::User { text });
    }
    let (verdict, remarks, risks, complexity) =
        found.ok_or_else(|| format!("{} gave no review that can be read", name(model)))?;
    let after = model.spent();
    let mut tokens = after.tokens;
    for (now, then) in [
        (&mut tokens.input, before.tokens.input),
        (&mut tokens.output, before.tokens.output),
        (&mut tokens.cache_read, before.tokens.cache_read),
        (&mut tokens.cache_write, before.tokens.cache_write),
    ] {
        *now = now.saturating_sub(then);
    }
    let cost_usd = (after.usd - before.usd).max(0.0);
    let reviewer = name(model);
    Ok(ReviewFact {
        pull: None,
        source: ReviewSource::Ours,
        reviewer,
        verdict,
        remarks,
        risks,
        complexity,
        tokens,
        cost_usd,
    })
}

fn too_long(reviewer: String, shown: usize) -> ReviewFact {
    let claim = format!(
        "the change has {} kB, and a reviewer is shown {} at most: nobody was asked, make it smaller",
        shown / 1000,
        DIFF / 1000
    );
    let remark =
        Remark { path: None, line: None, severity: Severity::Error, concern: Concern::Other, claim, suggestion: None };
    ReviewFact {
        pull: None,
        source: ReviewSource::Ours,
        reviewer,
        verdict: Verdict::Changes,
        remarks: vec![remark],
        risks: Vec::new(),
        complexity: None,
        tokens: Default::default(),
        cost_usd: 0.0,
    }
}

/// Nobody sits on the reviewer's seat. An old recording does not tell who sat where.
pub fn is_missing(model: &dyn Model) -> bool {
    let seated = model.seated();
    !seated.is_empty() && seated.iter().all(|seated| seated.seat != Seat::Reviewer)
}

/// Whoever sits on the reviewer's seat; the writer, starting anew, where nobody does.
fn name(model: &dyn Model) -> String {
    let seated = model.seated().into_iter().find(|seated| seated.seat == Seat::Reviewer);
    seated.map_or_else(|| model.name().to_owned(), |seated| seated.name)
}

fn ask(model: &dyn Model, request: &Request) -> Result<Reply, String> {
    let replies = model.complete_all(Seat::Reviewer, std::slice::from_ref(request));
    let reply = replies.into_iter().next().ok_or_else(|| "nobody answered".to_owned())?;
    reply.map_err(|no| no.why)
}

fn worded(question: &Question) -> String {
    let mut out = String::from("Review this change.\n\n");
    out += &block("the task", &text::clean(question.reported), TASK);
    out += &block("the change", &question.patch.unified_diff(), DIFF);
    let evidence = question.evidence;
    let mut told = format!("command: {}\n", evidence.command);
    let ending = |exit: Option<i32>| exit.map_or_else(|| "stopped".to_owned(), |code| format!("exit {code}"));
    let _ = writeln!(told, "before the change: {}", ending(evidence.before.exit));
    if let Some(after) = &evidence.after {
        let _ = writeln!(told, "with the change: {}", ending(after.exit));
    }
    for test in evidence.fail_to_pass.iter().take(20) {
        let _ = writeln!(told, "failed before, passes now: {test}");
    }
    if let Some(kept) = evidence.pass_to_pass {
        let _ = writeln!(told, "passed before and still passing: {kept}");
    }
    for guard in question.guards.iter().filter(|guard| guard.status == CheckStatus::Warn) {
        let said = guard.findings.iter().map(|finding| finding.message.as_str()).next().unwrap_or(&guard.detail);
        let _ = writeln!(told, "the check {} warns: {said}", guard.id);
    }
    out += &block("the evidence", &told, 4_000);
    out += &block("what the command printed before", &evidence.before.excerpt, OUTPUT);
    out
}

fn tool() -> Tool {
    let finding = json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "The file, as the change names it."},
            "line": {"type": "integer", "description": "In the file as it is with the change."},
            "severity": {"type": "string", "enum": ["blocking", "warning", "note"]},
            "concern": {"type": "string", "enum": ["correctness", "security", "performance", "style", "test", "other"]},
            "claim": {"type": "string", "description": "What goes wrong, and when. One or two sentences."},
            "suggestion": {"type": "string", "description": "What to do instead."},
        },
        "required": ["severity", "concern", "claim"],
    });
    Tool {
        name: "review".to_owned(),
        description: "Hands in your review. An empty list of findings with `approve` is a good review.".to_owned(),
        parameters: json!({
            "type": "object",
            "properties": {
                "verdict": {"type": "string", "enum": ["approve", "changes"]},
                "findings": {"type": "array", "items": finding},
                "risks": {"type": "array", "items": {"type": "string"},
                    "description": "Words for what a merge would risk: public api, migration, concurrency."},
                "complexity": {"type": "number", "description": "Of the change: 0 is a typo, 1 takes an expert."},
            },
            "required": ["verdict", "findings"],
        }),
    }
}

type Read = (Verdict, Vec<Remark>, Vec<String>, Option<f64>);

/// The tool's arguments, or an object in the text for models that do not use tools. Of several calls, the one that says
/// the worst.
fn read(reply: &Reply) -> Option<Read> {
    let object = |text: &str| serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    let mut calls = reply.calls.iter().filter(|call| call.name == "review").peekable();
    if calls.peek().is_none() {
        let (from, to) = (reply.text.find('{')?, reply.text.rfind('}')?);
        return judgment(&object(reply.text.get(from..=to)?)?);
    }
    let all: Vec<Read> = calls.map(|call| judgment(&object(&call.arguments)?)).collect::<Option<_>>()?;
    all.into_iter().max_by_key(|(verdict, ..)| match verdict {
        Verdict::Changes => 2,
        Verdict::Commented => 1,
        _ => 0,
    })
}

fn judgment(value: &Value) -> Option<Read> {
    let said = value["verdict"].as_str().map(|said| said.trim().to_lowercase());
    let findings = value["findings"].as_array()?;
    // A word of the reviewer's own is no leave to pass, unless the verdict is one.
    let approves = said.as_deref().is_some_and(|said| said.starts_with("approve"));
    let unknown = if approves { Severity::Note } else { Severity::Error };
    let mut remarks: Vec<Remark> = findings.iter().filter_map(|value| remark(value, unknown)).collect();
    // A list of which a part cannot be read may hold anything.
    if remarks.len() < findings.len() {
        return None;
    }
    remarks.sort_by_key(|remark| std::cmp::Reverse(remark.severity));
    remarks.truncate(MOST_REMARKS);
    let is_blocking = remarks.iter().any(|remark| remark.severity == Severity::Error);
    let verdict = match said?.as_str() {
        _ if is_blocking => Verdict::Changes,
        "approve" | "approved" => Verdict::Approved,
        // Somebody who wants changes says which.
        "changes" | "changes_requested" | "request_changes" | "comment" if !remarks.is_empty() => Verdict::Commented,
        _ => return None,
    };
    let risks = value["risks"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let risks = risks.map(|risk| one_line(&text::visible(risk), 60)).take(8).collect();
    let complexity = value["complexity"].as_f64().filter(|c| (0.0..=1.0).contains(c));
    Some((verdict, remarks, risks, complexity))
}

/// `unknown`: how severe a word is that nobody here knows.
fn remark(value: &Value, unknown: Severity) -> Option<Remark> {
    let words = |key: &str| value[key].as_str().map(|said| one_line(&text::visible(said), LONGEST_CLAIM));
    let severity = match value["severity"].as_str()?.trim().to_lowercase().as_str() {
        "note" | "info" | "informational" | "minor" | "low" | "nit" | "nits" | "nitpick" | "style" | "suggestion"
        | "trivial" | "optional" => Severity::Note,
        "warning" | "warn" | "major" | "medium" | "moderate" => Severity::Warning,
        "blocking" | "blocker" | "error" | "critical" | "high" | "severe" | "fatal" | "must-fix" | "must fix"
        | "p0" | "p1" => Severity::Error,
        _ => unknown,
    };
    let concern = match value["concern"].as_str().unwrap_or_default().to_lowercase().as_str() {
        "correctness" => Concern::Correctness,
        "security" => Concern::Security,
        "performance" => Concern::Performance,
        "style" => Concern::Style,
        "test" | "tests" => Concern::Test,
        _ => Concern::Other,
    };
    let path = value["path"].as_str().and_then(|path| RelPath::parse(path.trim_start_matches("./")).ok());
    Some(Remark {
        path: path.map(|path| path.to_string()),
        line: value["line"].as_u64().and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0),
        severity,
        concern,
        claim: words("claim").filter(|claim| !claim.is_empty())?,
        suggestion: words("suggestion").filter(|said| !said.is_empty()),
    })
}

/// The review as a check of the candidate.
pub fn as_check(review: &Result<ReviewFact, String>) -> CheckResult {
    let fact = match review {
        Ok(fact) => fact,
        Err(why) => return CheckResult::skipped(ID, format!("no review: {}", one_line(why, 300))),
    };
    let finding = |remark: &Remark| Finding {
        rule: format!("{ID}/{}", concern(remark.concern)),
        severity: remark.severity,
        path: remark.path.clone(),
        line: remark.line,
        column: None,
        message: remark.claim.clone(),
        fingerprint: None,
    };
    let mut result = CheckResult::from_findings(ID, fact.remarks.iter().map(finding).collect());
    result.detail = match fact.remarks.len() {
        0 => format!("{} has nothing against it", fact.reviewer),
        n => format!("{} has {} on it", fact.reviewer, count(n, "remark")),
    };
    result
}

/// The check's name.
pub const ID: &str = "review";

fn concern(concern: Concern) -> &'static str {
    match concern {
        Concern::Correctness => "correctness",
        Concern::Security => "security",
        Concern::Performance => "performance",
        Concern::Style => "style",
        Concern::Test => "test",
        Concern::Other => "other",
    }
}

/// What goes back to whoever wrote it.
pub fn objections(fact: &ReviewFact) -> String {
    let mut out = String::from("The command passes with it. A reviewer does not let it pass all the same:\n");
    for remark in fact.remarks.iter().filter(|remark| remark.severity == Severity::Error) {
        let place = match (&remark.path, remark.line) {
            (Some(path), Some(line)) => format!("{path}:{line}: "),
            (Some(path), None) => format!("{path}: "),
            _ => String::new(),
        };
        let _ = writeln!(out, "- {place}{}", remark.claim);
        if let Some(suggestion) = &remark.suggestion {
            let _ = writeln!(out, "  suggested: {suggestion}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Call;
    use crate::record::Tokens;

    fn reply(text: &str, arguments: Option<&str>) -> Reply {
        let call = arguments.map(|arguments| {
            let call = json!({"id": "1", "name": "review", "arguments": arguments});
            serde_json::from_value::<Call>(call).unwrap()
        });
        Reply { text: text.into(), calls: call.into_iter().collect(), usage: Tokens::default(), stop: String::new() }
    }

    #[test]
    fn a_review_is_read_from_the_tool_or_from_the_text() {
        let blocking = r#"{"verdict": "approve", "findings": [{"path": "./a.py", "line": 3, "severity": "blocking",
            "concern": "security", "claim": "the query is put together from what the user typed"}],
            "risks": ["public api"], "complexity": 0.4}"#;
        let (verdict, remarks, risks, complexity) = read(&reply("", Some(blocking))).unwrap();
        assert_eq!(
            (verdict, complexity, risks.len()),
            (Verdict::Changes, Some(0.4), 1),
            "a word cannot undo a finding"
        );
        assert_eq!((remarks[0].path.as_deref(), remarks[0].line), (Some("a.py"), Some(3)));
        let text = format!("Here is my review:\n```json\n{}\n```", r#"{"verdict": "approve", "findings": []}"#);
        assert_eq!(read(&reply(&text, None)).unwrap().0, Verdict::Approved);
    }

    /// However it is worded, wherever it stands: what blocks, blocks.
    #[test]
    fn a_blocking_finding_is_not_lost() {
        let finding = |severity: &str| json!({"severity": severity, "concern": "security", "claim": severity});
        let review = |findings: Vec<Value>| json!({"verdict": "changes", "findings": findings}).to_string();
        for word in ["Blocking ", "must-fix", "P0", "severe"] {
            assert_eq!(read(&reply("", Some(&review(vec![finding(word)])))).unwrap().0, Verdict::Changes, "{word}");
        }
        let approved = json!({"verdict": "approve", "findings": [finding("peccadillo")]}).to_string();
        assert_eq!(read(&reply("", Some(&approved))).unwrap().0, Verdict::Approved);
        assert_eq!(too_long("r".to_owned(), 85_000).verdict, Verdict::Changes);
        let mut many = vec![finding("note"); 30];
        many.push(finding("blocking"));
        let (verdict, remarks, ..) = read(&reply("", Some(&review(many)))).unwrap();
        assert_eq!((verdict, remarks[0].claim.as_str()), (Verdict::Changes, "blocking"));
        let mut twice = reply("", Some(&review(vec![finding("note")])));
        twice.calls.extend(reply("", Some(&review(vec![finding("blocking")]))).calls);
        assert_eq!(read(&twice).unwrap().0, Verdict::Changes);
    }

    #[test]
    fn what_cannot_be_read_is_no_review() {
        for arguments in [
            "{\"verdict\": \"appr",
            r#"{"verdict": "approve"}"#,
            r#"{"findings": []}"#,
            r#"{"verdict": "changes", "findings": []}"#,
            r#"{"verdict": "approve", "findings": [{"severity": "blocking"}]}"#,
            r#"{"verdict": "lgtm", "findings": []}"#,
            "[]",
            "",
        ] {
            assert!(read(&reply("looks good to me", Some(arguments))).is_none(), "{arguments}");
        }
        assert!(read(&reply("LGTM, approved.", None)).is_none());
    }

    #[test]
    fn who_has_something_against_it_is_not_told_to_have_nothing() {
        let remarks =
            vec![remark(&json!({"severity": "blocking", "concern": "style", "claim": "c"}), Severity::Note).unwrap()];
        let fact = |remarks: Vec<Remark>| {
            let (reviewer, tokens) = ("r".to_owned(), Tokens::default());
            let (source, verdict) = (ReviewSource::Ours, Verdict::Changes);
            let (pull, risks, complexity) = (None, Vec::new(), None);
            Ok(ReviewFact { pull, source, reviewer, verdict, remarks, risks, complexity, tokens, cost_usd: 0.0 })
        };
        assert_eq!(as_check(&fact(remarks)).detail, "r has 1 remark on it");
        assert_eq!(as_check(&fact(Vec::new())).detail, "r has nothing against it");
    }

    #[test]
    fn a_missing_review_is_told_and_no_pass() {
        let skipped = as_check(&Err("the budget is used up".to_owned()));
        assert_eq!(skipped.status, CheckStatus::Skipped);
        assert!(skipped.detail.contains("the budget is used up"));
    }
}
