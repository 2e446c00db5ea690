//! The files of the site that are the same for everybody, inside the program.

pub struct File {
    pub name: &'static str,
    pub kind: &'static str,
    pub bytes: &'static [u8],
}

macro_rules! file {
    ($name:literal, $kind:ident) => {
        File { name: $name, kind: $kind, bytes: include_bytes!(concat!("assets/", $name)) }
    };
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
pub const SCRIPT: &str = "text/javascript; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// uPlot is version 1.6.32, as npm has it (docs/dashboard.md says how it is renewed).
pub const FILES: &[File] = &[
    file!("index.html", HTML),
    file!("style.css", CSS),
    file!("core.js", SCRIPT),
    file!("charts.js", SCRIPT),
    file!("overview.js", SCRIPT),
    file!("runs.js", SCRIPT),
    file!("run.js", SCRIPT),
    file!("analytics.js", SCRIPT),
    file!("memory.js", SCRIPT),
    file!("start.js", SCRIPT),
    file!("icon.svg", SVG),
    file!("uplot.js", SCRIPT),
    file!("uplot.css", CSS),
    file!("uplot-license.txt", TEXT),
];
