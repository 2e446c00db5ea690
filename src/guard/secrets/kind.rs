//! What a file's name says about how values are written in it.

/// Which of the general rules mean anything in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Written by tools, full of hashes.
    Made,
    /// `NAME=value` without quotes is a value: settings, shell, documents.
    Settings,
    /// `name = value` without quotes is a variable.
    Code,
}

const CODE: &[&str] = &[
    "rs", "py", "pyi", "pyx", "js", "mjs", "cjs", "jsx", "ts", "tsx", "mts", "go", "java", "kt", "kts", "scala", "rb",
    "php", "c", "h", "cc", "cpp", "hpp", "cs", "vb", "fs", "swift", "m", "mm", "dart", "ex", "exs", "erl", "hs", "ml",
    "clj", "cljs", "lua", "pl", "pm", "r", "jl", "groovy", "gradle", "vue", "svelte", "sql", "erb", "haml", "ipynb",
    "coffee", "nim", "zig", "pas", "asm", "s", "proto", "graphql", "css", "scss", "less", "ps1", "psm1", "hbs", "twig",
    "j2", "tmpl", "tpl", "json", "html", "htm", "htmlx", "snap",
];

impl Kind {
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let made = [".map", ".min.js", ".min.css", ".svg", ".lock", ".sum"];
        if crate::guard::dependencies::is_lock_name(&name) || made.iter().any(|end| name.ends_with(end)) {
            Self::Made
        } else if CODE.contains(&extension) {
            Self::Code
        } else {
            Self::Settings
        }
    }
}
