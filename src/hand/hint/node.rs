//! Node's own modules.

/// What can be imported with or without `node:` before it.
const MODULES: &[&str] = &[
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "domain",
    "events",
    "fs",
    "fs/promises",
    "http",
    "http2",
    "https",
    "inspector",
    "inspector/promises",
    "module",
    "net",
    "os",
    "path",
    "path/posix",
    "path/win32",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "readline/promises",
    "repl",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "sys",
    "timers",
    "timers/promises",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "util/types",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];
/// What is only there behind `node:`.
const PREFIXED: &[&str] = &["sea", "sqlite", "test", "test/reporters"];

pub fn is_own(specifier: &str) -> bool {
    match specifier.strip_prefix("node:") {
        Some(name) => MODULES.contains(&name) || PREFIXED.contains(&name),
        None => MODULES.contains(&specifier),
    }
}

/// Every way to write one.
pub fn specifiers() -> impl Iterator<Item = String> {
    let plain = MODULES.iter().map(|name| (*name).to_owned());
    plain.chain(MODULES.iter().chain(PREFIXED).map(|name| format!("node:{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_only_there_with_the_prefix() {
        for (specifier, own) in
            [("fs", true), ("node:fs/promises", true), ("node:test", true), ("test", false), ("lodash", false)]
        {
            assert_eq!(is_own(specifier), own, "{specifier}");
        }
        assert!(specifiers().any(|s| s == "node:test") && specifiers().all(|s| s != "test"));
    }
}
