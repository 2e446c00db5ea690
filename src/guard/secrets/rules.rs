//! Rules for secrets without a vendor's form: keys and passwords by the name they are given to.

use crate::mask::finder::{Finder, Rule};
use crate::mask::shapes::SHAPES;
use std::sync::LazyLock;

/// Names that a secret is assigned to.
const NAMES: &[&str] = &[
    "passw",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "access-key",
    "privatekey",
    "private_key",
    "private-key",
    "credential",
    "auth_key",
    "authkey",
    "encryption_key",
    "signing_key",
];

const GENERIC: &[Rule] = &[
    Rule {
        id: QUOTED,
        name: "secret in an assignment",
        keywords: NAMES,
        pattern: r#"(?i)[\w.-]*(?:passw(?:or)?d|passwd|passwort|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|auth[_-]?key|encryption[_-]?key|signing[_-]?key)[\w-]*["'\]]{0,2}(?:\s*:\s*[\w<>&' ]{1,20})?\s*(?::=|=>|={1,3}|:)\s*[bru]?["'`]([^"'`\s]{6,200})["'`]"#,
        entropy: 2.5,
    },
    Rule {
        id: UNQUOTED,
        name: "secret in a settings file",
        keywords: NAMES,
        pattern: r#"(?i)^\s*(?:-\s*)?(?:export\s+|set\s+|env\s+)?["']?[\w.-]*(?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|encryption[_-]?key|signing[_-]?key)[\w-]*["']?\s*[:=]\s*([^\s"'`#;,]{8,200})\s*(?:#.*)?$"#,
        entropy: 2.8,
    },
    Rule {
        id: "connection-string",
        name: "password in a connection string",
        keywords: &["password=", "pwd="],
        pattern: r#"(?i)(?:server|data source|host|user id|uid|user|username|database)\s*=[^;"'\n]*;(?:[^"'\n]*;)?\s*(?:password|pwd)\s*=\s*([^;"'\s]{4,})"#,
        entropy: 1.5,
    },
    Rule {
        id: "command-password",
        name: "password on a command line",
        keywords: &["curl", "wget", "sshpass", "mysql"],
        pattern: r#"(?:curl\b[^\n|;]*?\s(?:-u|--user)[ =]?["']?[^\s:"'$]+:|wget\b[^\n|;]*?\s--(?:http-)?password[ =]["']?|sshpass\s+-p\s*["']?|mysql(?:dump|admin)?\b[^\n|;]*?\s(?:-p|--password=)["']?)([^\s"'$]{4,})"#,
        entropy: 1.5,
    },
];

pub const QUOTED: &str = "assigned-secret";
pub const UNQUOTED: &str = "setting-secret";

pub static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new([SHAPES, GENERIC].concat()));

/// Whether the rule goes by names and not by a published form.
pub fn is_generic(rule: &Rule) -> bool {
    GENERIC.iter().any(|generic| generic.id == rule.id)
}
