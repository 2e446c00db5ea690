//! Weighs what the parsers found: one class, one tool, one line to quote, the places most telling first.

use super::found::{Found, Rank};
use super::{generic, script};
use crate::record::{FailureClass, Location, LogReport};

/// As many ids and places as somebody may want to see.
pub const MOST_LISTED: usize = 500;
/// A network message this near to a failed resolution is its cause.
const NEAR: usize = 40;

/// `found` in the order of the log.
pub(super) fn judge(found: Vec<Found>) -> LogReport {
    let Some(best) = best(&found) else { return nothing() };
    let class = class_of(best, &found);
    let same: Vec<&Found> =
        found.iter().filter(|f| f.class == best.class && f.rank >= Rank::Strong.min(best.rank)).collect();
    let quote = if best.quote.is_empty() {
        same.iter().map(|f| f.quote.as_str()).find(|q| !q.is_empty())
    } else {
        Some(best.quote.as_str())
    };
    LogReport {
        class,
        failing: if class == FailureClass::Test { failing(&found) } else { Vec::new() },
        locations: locations(best, &same, &found),
        first_error: quote.map(str::to_owned),
        tool: (!best.tool.is_empty()).then(|| best.tool.to_owned()),
    }
}

fn nothing() -> LogReport {
    LogReport {
        class: FailureClass::Unknown,
        failing: Vec::new(),
        locations: Vec::new(),
        first_error: None,
        tool: None,
    }
}

/// A tool that nobody here parses failed with its own message: the name of the failed script may say what
/// it was for, else it is most often the set-up that is wrong.
fn class_of(best: &Found, found: &[Found]) -> FailureClass {
    if best.tool == script::TOOL && best.class == FailureClass::Test {
        return FailureClass::Unknown;
    }
    // Go's compiler names the package above; a line of its form without that, or of a tool that nobody here reads, is
    // the step's own checker.
    let bare = ["go", ""].contains(&best.tool) && (best.class, best.rank) == (FailureClass::Compile, Rank::Strong);
    let before = |f: &Found| f.rank == Rank::Context && f.at < best.at;
    let step = || found.iter().rfind(|f| f.tool == script::TOOL && (before(f) || f.rank > Rank::Context));
    let looked_for = |f: &&Found| matches!(f.class, FailureClass::Lint | FailureClass::Format | FailureClass::Type);
    if let Some(step) = step().filter(|_| bare).filter(looked_for) {
        return step.class;
    }
    let told_by_runner = best.rank == Rank::Wrapper && generic::explains(&best.quote);
    if best.class != FailureClass::Unknown || best.rank != Rank::Generic && !told_by_runner {
        return best.class;
    }
    // A checker whose own settings are wrong has not looked at anything.
    if generic::about_settings(&best.quote) {
        return FailureClass::Config;
    }
    let mut purposes = found.iter().filter(|f| f.tool == script::TOOL);
    let after = purposes.clone().find(|f| f.at > best.at && f.rank > Rank::Context);
    let before = purposes.rfind(|f| f.at < best.at && f.rank == Rank::Context);
    let told = || Some(&best.quote).filter(|quote| quote.contains("failed")).and_then(|quote| script::purpose(quote));
    let about = || generic::subject(&best.quote);
    // A verdict tells of nothing that could be set up wrongly.
    let rest = if generic::is_verdict(&best.quote) { FailureClass::Unknown } else { FailureClass::Config };
    after.or(before).map(|f| f.class).or_else(told).or_else(about).unwrap_or(rest)
}

/// The first of the highest rank; a failed resolution gives way to the network failure beside it.
fn best(found: &[Found]) -> Option<&Found> {
    let top = found.iter().map(|f| f.rank).max().filter(|rank| *rank > Rank::Context)?;
    let first = found.iter().find(|f| f.rank == top)?;
    let instead = broken_before(first, found).or_else(|| broken_beside(first, found));
    let instead = instead.or_else(|| failed_beside(first, found)).or_else(|| failed_at_last(first, found));
    if let Some(cause) = instead {
        return Some(cause);
    }
    let same_line = found.iter().filter(|f| f.rank == top && f.at == first.at);
    // Of several readings of one line the most specific: a known class, a known place, a known test.
    let best = same_line.max_by_key(|f| {
        (f.class != FailureClass::Unknown, !f.locations.is_empty(), !f.failing.is_empty(), !f.tool.is_empty())
    })?;
    // pip goes on after its last try, as if it had been answered.
    let last_try = |f: &Found| f.quote.contains("Retry(total=0");
    let network = |f: &&Found| f.class == FailureClass::Transient && (f.rank >= Rank::Strong || last_try(f));
    let cause = |f: &&Found| match best.class {
        FailureClass::Dependency => network(f) && f.at.abs_diff(best.at) <= NEAR,
        // A build that cannot be configured for what it failed to fetch.
        FailureClass::Config => network(f) && f.at < best.at && f.at + NEAR >= best.at && !best.tool.is_empty(),
        _ => false,
    };
    found.iter().find(cause).or(Some(best))
}

/// Code that does not compile fails by itself, whatever ended the job later.
fn broken_before<'f>(end: &Found, found: &'f [Found]) -> Option<&'f Found> {
    let broken = |f: &&Found| {
        matches!(f.class, FailureClass::Compile | FailureClass::Type) && !f.locations.is_empty() && f.at + 2 < end.at
    };
    let earlier = found.iter().find(|f| f.rank == Rank::Sure).filter(broken);
    earlier.filter(|_| end.rank == Rank::Root)
}

/// What the system calls a full disk or a lack of memory, where it is only told: a test wants to see such an error at
/// times, or logs it. A test that fails for it says so itself.
fn failed_beside<'f>(end: &Found, found: &'f [Found]) -> Option<&'f Found> {
    const ERRORS: [&str; 5] =
        ["no space left", "enospc", "not enough space", "quota exceeded", "cannot allocate memory"];
    let tells = |f: &Found| {
        let quote = f.quote.to_lowercase();
        ERRORS.iter().any(|error| quote.contains(error))
    };
    let root = |f: &&Found| f.rank == Rank::Root;
    if end.rank != Rank::Root || !found.iter().filter(root).all(|f| f.class == FailureClass::Resource && tells(f)) {
        return None;
    }
    let named = found.iter().filter(names_a_test);
    if named.clone().any(tells) { None } else { first_of_best(named) }
}

/// Where the build tool says of nothing but tests that they failed, they did: what else looks like an error above was
/// printed by them.
fn failed_at_last<'f>(first: &Found, found: &'f [Found]) -> Option<&'f Found> {
    let mut verdicts =
        found.iter().filter(|f| ["gradle", "maven"].contains(&f.tool) && f.rank > Rank::Context).peekable();
    verdicts.peek()?;
    let tests_alone = verdicts.clone().all(|f| f.class == FailureClass::Test) && verdicts.any(|f| f.at > first.at);
    if first.class == FailureClass::Test || first.rank == Rank::Root || !tests_alone {
        return None;
    }
    first_of_best(found.iter().filter(names_a_test))
}

fn names_a_test(f: &&Found) -> bool {
    f.class == FailureClass::Test && f.rank >= Rank::Strong && !f.failing.is_empty()
}

fn first_of_best<'f>(found: impl Iterator<Item = &'f Found> + Clone) -> Option<&'f Found> {
    let rank = found.clone().map(|f| f.rank).max()?;
    found.into_iter().find(|f| f.rank == rank)
}

/// A denied lint among errors of the same compiler is not what stops the build.
fn broken_beside<'f>(lint: &Found, found: &'f [Found]) -> Option<&'f Found> {
    let both = (lint.tool, lint.class) == ("clippy", FailureClass::Lint);
    let broken = |f: &&Found| (f.tool, f.class, f.rank) == ("rustc", FailureClass::Compile, Rank::Sure);
    let coded = |f: &&Found| broken(f) && f.locations.iter().any(|spot| spot.code.is_some());
    // A warning that was made an error may hide its lint; what has a number is an error by itself.
    found.iter().filter(|_| both).find(coded).or_else(|| found.iter().filter(|_| both).find(broken))
}

/// The ids, in order of appearance; of two spellings of one test the fuller one stays.
fn failing(found: &[Found]) -> Vec<String> {
    // A file that failed is named only where none of its tests is.
    let named = found.iter().any(|f| f.rank >= Rank::Strong && !f.failing.is_empty());
    let mut kept: Vec<(Vec<String>, &str)> = Vec::new();
    for id in found.iter().filter(|f| !named || f.rank >= Rank::Strong).flat_map(|f| &f.failing) {
        let parts = id_parts(id);
        match kept.iter().position(|(known, _)| known.ends_with(&parts) || parts.ends_with(known)) {
            Some(index) if parts.len() > kept[index].0.len() => kept[index] = (parts, id),
            Some(_) => {}
            None if kept.len() < MOST_LISTED => kept.push((parts, id)),
            None => break,
        }
    }
    kept.into_iter().map(|(_, id)| id.to_owned()).collect()
}

/// `tests/a.py::T::test_x` → `tests/a.py`, `T`, `test_x`; brackets of parameters stay whole.
fn id_parts(id: &str) -> Vec<String> {
    let (head, parameters) = id.split_at(id.find(['[', '(']).unwrap_or(id.len()));
    let mut parts: Vec<String> =
        head.replace("::", "\n").replace(" > ", "\n").replace(" › ", "\n").split('\n').map(str::to_owned).collect();
    if parts.len() == 1 && !head.contains(' ') {
        parts = head.split('.').map(str::to_owned).collect();
    } else if let Some(class_and_name) = parts.last().filter(|p| !p.contains([' ', '/'])).cloned() {
        parts.pop();
        parts.extend(class_and_name.split('.').map(str::to_owned));
    }
    if let Some(last) = parts.last_mut() {
        last.push_str(parameters);
    }
    parts
}

/// The best finding's own places first, then the others'; foreign code after the project's own.
fn locations(best: &Found, same: &[&Found], found: &[Found]) -> Vec<Location> {
    let at = best.at;
    let others = same.iter().filter(|f| f.at != at).flat_map(|f| &f.locations);
    // Another reading of the very line may know the place.
    let twins = found.iter().filter(|f| f.at == at && best.locations.is_empty()).flat_map(|f| &f.locations);
    let mut own: Vec<Location> = Vec::new();
    let mut foreign: Vec<Location> = Vec::new();
    for location in best.locations.iter().chain(twins).chain(others).take(MOST_LISTED) {
        let list = if is_foreign(&location.path) { &mut foreign } else { &mut own };
        if !list.iter().any(|known| known.path == location.path && known.line == location.line) {
            list.push(location.clone());
        }
    }
    own.append(&mut foreign);
    own
}

/// Code that the repository does not own: vendored, installed, or a language's own library.
pub(super) fn is_foreign(path: &str) -> bool {
    const SIGNS: [&str; 31] = [
        "/node_modules/",
        "/site-packages/",
        "/dist-packages/",
        "/.cargo/",
        "/rustc/",
        "/vendor/",
        "/.rustup/",
        "/usr/include/",
        "/usr/lib/",
        "/usr/share/",
        "/usr/local/lib/",
        "/usr/bin/",
        "/pkg/mod/",
        "/go/src/runtime/",
        "/local/go/src/",
        "/share/go/src/",
        "/Program Files/Go/src/",
        "/go/src/testing/",
        "/.gimme/",
        "/src/testing/testing.go",
        "/hostedtoolcache/",
        "/lib/python",
        "/.pyenv/",
        "/.npm/",
        "/gems/",
        "/.rvm/",
        "/.gradle/",
        "/.m2/",
        "/src/runtime/",
        "/third_party/",
        "/opt/",
    ];
    let path = format!("/{}", path.replace('\\', "/"));
    let internal = ["/node:", "/internal/", "/<", "/webpack:", "/jdk.", "/java."];
    // Go names its own files without a folder.
    let bare = ["/testing.go", "/_testmain.go"].contains(&path.as_str());
    bare || SIGNS.iter().any(|sign| path.contains(sign)) || internal.iter().any(|sign| path.starts_with(sign))
}
