//! Which table a record or fact goes into beside `records`, and what of it stands in which column.

use serde_json::Value;

/// Where a column's value stands in the JSON.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// By pointer.
    At(&'static str),
    /// How many items the array has.
    Count(&'static str),
    /// How many remarks of a review are of this concern.
    Concern(&'static str),
}

use Origin::{At, Concern, Count};

pub(super) struct Table {
    /// The kind of the facts.
    pub kind: &'static str,
    pub name: &'static str,
    /// Name, type and origin.
    pub columns: &'static [(&'static str, &'static str, Origin)],
}

const TEXT: &str = "text";
const TIME: &str = "timestamptz";
const WHOLE: &str = "bigint";
const REAL: &str = "double precision";
const BOOL: &str = "boolean";
const JSON: &str = "json";

/// What every fact has.
const FACT: &[(&str, &str, Origin)] = &[
    ("at", TIME, At("/at")),
    ("attempt", TEXT, At("/attempt")),
    ("task", TEXT, At("/task")),
    ("actor", TEXT, At("/actor")),
    ("trusted", BOOL, At("/trusted")),
];

pub(super) const TABLES: &[Table] = &[
    Table {
        kind: super::RUN,
        name: "agent_runs",
        columns: &[
            ("task", TEXT, At("/task")),
            ("started", TIME, At("/started")),
            ("ended", TIME, At("/ended")),
            ("event", TEXT, At("/event")),
            ("outcome", TEXT, At("/outcome")),
            ("reason", TEXT, At("/reason")),
            ("base", TEXT, At("/base")),
            ("target", TEXT, At("/target")),
            ("branch", TEXT, At("/branch")),
            ("commit", TEXT, At("/commit")),
            ("pull", WHOLE, At("/pr")),
            ("pull_url", TEXT, At("/pr_url")),
            ("hand", TEXT, At("/hand")),
            ("class", TEXT, At("/class")),
            ("signature", TEXT, At("/signature")),
            ("files", WHOLE, At("/patch/files")),
            ("lines_added", WHOLE, At("/patch/added")),
            ("lines_removed", WHOLE, At("/patch/removed")),
            ("tried", WHOLE, Count("/tried")),
            ("sandbox", TEXT, At("/evidence/sandbox")),
            ("seconds", REAL, At("/seconds/total")),
            ("tokens_input", WHOLE, At("/tokens/input")),
            ("tokens_output", WHOLE, At("/tokens/output")),
            ("tokens_cache_read", WHOLE, At("/tokens/cache_read")),
            ("tokens_cache_write", WHOLE, At("/tokens/cache_write")),
            ("cost_usd", REAL, At("/cost_usd")),
            ("retry_wanted", TEXT, At("/retry_wanted")),
            ("version", TEXT, At("/version")),
        ],
    },
    Table {
        kind: "pull",
        name: "pull_requests",
        columns: &[
            ("number", WHOLE, At("/data/number")),
            ("url", TEXT, At("/data/url")),
            ("state", TEXT, At("/data/state")),
            ("branch", TEXT, At("/data/branch")),
            ("commit", TEXT, At("/data/commit")),
            ("hours", REAL, At("/data/hours")),
            ("edits", TEXT, At("/data/edits")),
        ],
    },
    Table {
        kind: "review",
        name: "code_reviews",
        columns: &[
            ("pull", WHOLE, At("/data/pull")),
            ("source", TEXT, At("/data/source")),
            ("reviewer", TEXT, At("/data/reviewer")),
            ("verdict", TEXT, At("/data/verdict")),
            ("findings", WHOLE, Count("/data/remarks")),
            ("security_findings", WHOLE, Concern("security")),
            ("performance_findings", WHOLE, Concern("performance")),
            ("style_findings", WHOLE, Concern("style")),
            ("risk_flags", JSON, At("/data/risks")),
            ("complexity", REAL, At("/data/complexity")),
            ("tokens_input", WHOLE, At("/data/tokens/input")),
            ("tokens_output", WHOLE, At("/data/tokens/output")),
            ("cost_usd", REAL, At("/data/cost_usd")),
        ],
    },
    Table {
        kind: "evaluation",
        name: "evaluations",
        columns: &[
            ("score", REAL, At("/data/score")),
            ("code_quality", REAL, At("/data/code_quality/score")),
            ("test_coverage", REAL, At("/data/test_coverage/score")),
            ("maintainability", REAL, At("/data/maintainability/score")),
            ("readability", REAL, At("/data/readability/score")),
            ("opinion", REAL, At("/data/opinion")),
        ],
    },
    Table {
        kind: "learning",
        name: "learnings",
        columns: &[
            ("key", TEXT, At("/data/key")),
            ("lesson", TEXT, At("/data/lesson")),
            ("signature", TEXT, At("/data/signature")),
            ("class", TEXT, At("/data/class")),
            ("hand", TEXT, At("/data/hand")),
            ("files", JSON, At("/data/files")),
            ("text", TEXT, At("/data/text")),
            ("patch", TEXT, At("/data/patch")),
            ("confidence", REAL, At("/data/confidence")),
            ("wins", WHOLE, At("/data/wins")),
            ("losses", WHOLE, At("/data/losses")),
            ("origin", TEXT, At("/data/origin")),
            ("retired", BOOL, At("/data/retired")),
        ],
    },
    Table {
        kind: "decision",
        name: "decisions",
        columns: &[
            ("about", TEXT, At("/data/about")),
            ("choice", TEXT, At("/data/choice")),
            ("why", TEXT, At("/data/why")),
            ("options", JSON, At("/data/options")),
            ("seed", "numeric", At("/data/seed")),
        ],
    },
    Table {
        kind: "error",
        name: "errors",
        columns: &[("stage", TEXT, At("/data/stage")), ("message", TEXT, At("/data/message"))],
    },
    Table {
        kind: "spend",
        name: "spend",
        columns: &[
            ("state", TEXT, At("/data/state")),
            ("usd", REAL, At("/data/usd")),
            ("model", TEXT, At("/data/model")),
            ("tokens_input", WHOLE, At("/data/tokens/input")),
            ("tokens_output", WHOLE, At("/data/tokens/output")),
        ],
    },
];

impl Table {
    pub fn all(&self) -> Vec<(&'static str, &'static str, Origin)> {
        let common = if self.kind == super::RUN { &[][..] } else { FACT };
        common.iter().chain(self.columns).copied().collect()
    }

    /// One statement for many rows: each parameter is a column as an array of texts.
    pub fn insert(&self) -> String {
        let columns = self.all();
        let names: Vec<&str> = ["repository", "id"].into_iter().chain(columns.iter().map(|(name, ..)| *name)).collect();
        let list = |items: Vec<String>| items.join(", ");
        let quoted = |names: &[&str]| list(names.iter().map(|name| format!("\"{name}\"")).collect());
        let types = ["text", "text"].into_iter().chain(columns.iter().map(|(_, kind, _)| *kind));
        let values = list(types.enumerate().map(|(n, kind)| format!("c{n}::{kind}")).collect());
        let arrays = list((1..=names.len()).map(|n| format!("${n}::text[]")).collect());
        let aliases = list((0..names.len()).map(|n| format!("c{n}")).collect());
        let update = list(columns.iter().map(|(name, ..)| format!("\"{name}\" = excluded.\"{name}\"")).collect());
        format!(
            "INSERT INTO {} ({}) SELECT {values} FROM unnest({arrays}) AS t({aliases}) \
             ON CONFLICT (repository, id) DO UPDATE SET {update}",
            self.name,
            quoted(&names),
        )
    }
}

/// A column's value as PostgreSQL reads it from text; `None` where it is not there or not of that type: the record itself
/// is beside it.
pub(super) fn value(record: &Value, kind: &str, from: Origin) -> Option<String> {
    let at = match from {
        At(pointer) => record.pointer(pointer)?,
        Count(pointer) => return Some(record.pointer(pointer)?.as_array()?.len().to_string()),
        Concern(concern) => {
            let remarks = record.pointer("/data/remarks")?.as_array()?;
            let of_it = remarks.iter().filter(|remark| remark["concern"] == concern);
            return Some(of_it.count().to_string());
        }
    };
    match kind {
        TEXT => at.as_str().map(plain),
        TIME => at.as_str().and_then(instant),
        // A number that nobody means must not overflow a sum.
        WHOLE => at.as_i64().filter(|n| n.unsigned_abs() <= 1 << 53).map(|n| n.to_string()),
        REAL => at.as_f64().map(|n| n.to_string()),
        BOOL => at.as_bool().map(|b| b.to_string()),
        JSON => (!at.is_null()).then(|| at.to_string()),
        _ => at.as_u64().map(|n| n.to_string()),
    }
}

/// PostgreSQL keeps no NUL in a text.
pub(super) fn plain(text: &str) -> String {
    text.replace('\0', "")
}

/// A time that PostgreSQL takes; the beginning of one means its first moment.
pub(super) fn instant(time: &str) -> Option<String> {
    let full = match time.len() {
        4 => format!("{time}-01-01T00:00:00Z"),
        7 => format!("{time}-01T00:00:00Z"),
        10 => format!("{time}T00:00:00Z"),
        _ => time.to_owned(),
    };
    full.parse::<jiff::Timestamp>().ok().map(|at| at.to_string())
}
