//! What a relative JavaScript or TypeScript import means, and how a file is named in one.

use crate::ids::RelPath;

pub(super) const ENDINGS: &[&str] = &[".d.ts", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".json"];

pub(super) fn is_relative(specifier: &str) -> bool {
    specifier.starts_with("./") || specifier.starts_with("../") || matches!(specifier, "." | "..")
}

/// The file of the repository that `specifier` means when `from` imports it.
pub(super) fn target<'a>(files: &'a [RelPath], from: &RelPath, specifier: &str) -> Option<&'a RelPath> {
    let mut parts: Vec<&str> = folder(from);
    for part in specifier.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    let find = |wanted: &str| files.iter().find(|file| file.as_str() == wanted);
    // TypeScript names the file that will be there when it is compiled.
    let plain = ENDINGS.iter().find_map(|ending| path.strip_suffix(ending));
    let sources =
        plain.into_iter().flat_map(|plain| [".ts", ".tsx", ".mts", ".cts"].map(|end| format!("{plain}{end}")));
    let index = if path.is_empty() { "index".to_owned() } else { format!("{path}/index") };
    let implied = ENDINGS.iter().flat_map(|end| [format!("{path}{end}"), format!("{index}{end}")]);
    let mut all = std::iter::once(path.clone()).chain(sources).chain(implied);
    all.find_map(|wanted| find(&wanted))
}

/// How `from` names the file `to`: with its ending or without.
pub(super) fn specifier(from: &RelPath, to: &RelPath, with_ending: bool) -> String {
    let (up, rest) = to.seen_from(from);
    let rest = if with_ending { rest } else { bare(rest) };
    if up == 0 { format!("./{rest}") } else { format!("{}{rest}", "../".repeat(up)) }
}

fn bare(path: &str) -> &str {
    let stem = ENDINGS.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
    stem.strip_suffix("/index").unwrap_or(stem)
}

pub(super) fn has_ending(specifier: &str) -> bool {
    ENDINGS.iter().any(|ending| specifier.ends_with(ending))
}

/// The folders above a file.
pub(super) fn folder(path: &RelPath) -> Vec<&str> {
    let mut parts: Vec<&str> = path.as_str().split('/').collect();
    parts.pop();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    #[test]
    fn files_are_found_and_named() {
        let files = ["lib/index.js", "src/a.ts", "src/deep/b.js"].map(path);
        for (from, specifier, wanted) in [
            ("src/x.ts", "./a", Some("src/a.ts")),
            ("src/x.ts", "./a.js", Some("src/a.ts")),
            ("src/deep/x.js", "../../lib", Some("lib/index.js")),
            ("src/x.ts", "./deep/b.js", Some("src/deep/b.js")),
            ("src/x.ts", "./b", None),
            ("x.js", "../../a", None),
        ] {
            assert_eq!(target(&files, &path(from), specifier).map(RelPath::as_str), wanted, "{from} {specifier}");
        }
        for (from, to, with_ending, wanted) in [
            ("src/x.ts", "src/a.ts", false, "./a"),
            ("src/deep/x.js", "lib/index.js", false, "../../lib"),
            ("src/deep/x.js", "lib/index.js", true, "../../lib/index.js"),
            ("x.js", "src/deep/b.js", true, "./src/deep/b.js"),
        ] {
            assert_eq!(specifier(&path(from), &path(to), with_ending), wanted);
        }
    }
}
