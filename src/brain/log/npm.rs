//! npm, Yarn and pnpm: installs and scripts.

use super::found::{Found, Rank, group, patterns};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "npm ERR! ",
        "npm error ",
        "ERR_PNPM_",
        "ELIFECYCLE",
        "error Couldn't find",
        "error Your lockfile",
        "YN00",
        "YN0028",
        "error Command",
        "error An unexpected error",
        "is incompatible",
        "Missing script",
        "Couldn't find a script",
    ],
    read,
};

patterns! {
    CODE = r"^\s*npm (?:ERR!|error) (?:code )(?P<code>E[A-Z0-9_]+|[A-Z0-9_]+)$";
    DETAIL = r"^\s*npm (?:ERR!|error)(?: (?:code|errno|syscall|path|dest|node|os|argv|cwd|command|file|type)\b| A complete log| This is|$)";
    SCRIPT = r"[Mm]issing script:|Couldn't find a script named|error Command \x22.+\x22 not found";
    PNPM = r"(?P<code>ERR_PNPM_[A-Z0-9_]+)";
    YARN = r"^\s*error (?:Couldn't find (?:package|any versions)|Your lockfile needs to be updated|\S+: The engine \x22.*\x22 is incompatible|Found incompatible module)|YN0028|YN0035|YN0082|YN0027";
    YARN_NETWORK = r"^\s*error An unexpected error occurred: \x22https?:";
    LIFECYCLE = r"ELIFECYCLE|error Command failed with exit code|ERR_PNPM_RECURSIVE";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = CODE.captures(line) {
        out.extend(code(lines, at, group(&c, "code")));
    } else if SCRIPT.is_match(line) {
        out.push(Found::new("npm", FailureClass::Config, Rank::Sure, at, line));
    } else if YARN.is_match(line) {
        out.push(Found::new("yarn", FailureClass::Dependency, Rank::Sure, at, line));
    } else if YARN_NETWORK.is_match(line) {
        let class = if line.contains("404") { FailureClass::Dependency } else { FailureClass::Transient };
        out.push(Found::new("yarn", class, Rank::Strong, at, line));
    } else if LIFECYCLE.is_match(line) {
        out.push(Found::new("npm", FailureClass::Unknown, Rank::Wrapper, at, line));
    } else if let Some(c) = PNPM.captures(line) {
        out.push(Found::new("pnpm", pnpm_class(group(&c, "code")), Rank::Sure, at, line));
    }
}

/// The code names the class, the first plain sentence after it is what people quote.
fn code(lines: &Lines, at: usize, code: &str) -> Option<Found> {
    let class = match code {
        "ERESOLVE"
        | "ETARGET"
        | "E404"
        | "EINTEGRITY"
        | "EUSAGE"
        | "EBADENGINE"
        | "EBADPLATFORM"
        | "ENOTSUP"
        | "ENOLOCK"
        | "EPEERINVALID"
        | "EINVALIDPACKAGENAME"
        | "EINVALIDTAGNAME"
        | "ENOVERSIONS"
        | "EOVERRIDE" => FailureClass::Dependency,
        "EJSONPARSE"
        | "ENOENT"
        | "EMISSINGARG"
        | "ENOWORKSPACES"
        | "EPACKAGEJSON"
        | "EDUPLICATEWORKSPACE"
        | "E422"
        | "EPUBLISHCONFLICT"
        | "EPRIVATE" => FailureClass::Config,
        "EACCES" | "EPERM" | "E401" | "E403" | "ENEEDAUTH" | "EOTP" => FailureClass::Permission,
        "ENOSPC" | "EMFILE" | "ENOMEM" => FailureClass::Resource,
        "ECONNRESET" | "ECONNREFUSED" | "ETIMEDOUT" | "ENOTFOUND" | "EAI_AGAIN" | "ESOCKETTIMEDOUT"
        | "ERR_SOCKET_TIMEOUT" | "E429" | "E500" | "E502" | "E503" | "E504" | "FETCH_ERROR" | "EPROTO"
        | "CERT_HAS_EXPIRED" => FailureClass::Transient,
        _ => return None,
    };
    // The registry hides from a stranger what he may not publish.
    let refused = code == "E404" && lines.after(at, 3).any(|(_, l)| l.contains("404 Not Found - PUT"));
    let class = if refused { FailureClass::Permission } else { class };
    let twice = lines.after(at, 3).any(|(_, l)| l.contains("cannot publish over the previously published"));
    let class = if twice { FailureClass::Config } else { class };
    let sentence = lines.after(at, 12).take_while(|(_, l)| l.contains("npm ")).find(|(_, l)| !DETAIL.is_match(l));
    let quote = sentence.map_or(lines.get(at), |(_, l)| l);
    // `npm view` asks whether a version is there; an install says ETARGET.
    let rank = if quote.contains("No match found for version") { Rank::Generic } else { Rank::Sure };
    Some(Found::new("npm", class, rank, at, quote))
}

fn pnpm_class(code: &str) -> FailureClass {
    match code {
        "ERR_PNPM_NO_SCRIPT"
        | "ERR_PNPM_NO_IMPORTER_MANIFEST_FOUND"
        | "ERR_PNPM_BAD_PM_VERSION"
        | "ERR_PNPM_JSON_PARSE"
        | "ERR_PNPM_NO_PKG_MANIFEST"
        | "ERR_PNPM_UNSUPPORTED_ENGINE" => FailureClass::Config,
        "ERR_PNPM_META_FETCH_FAIL" | "ERR_PNPM_FETCH_500" | "ERR_PNPM_FETCH_502" | "ERR_PNPM_FETCH_503" => {
            FailureClass::Transient
        }
        "ERR_PNPM_FETCH_401" | "ERR_PNPM_FETCH_403" => FailureClass::Permission,
        "ERR_PNPM_ENOSPC" => FailureClass::Resource,
        _ => FailureClass::Dependency,
    }
}
