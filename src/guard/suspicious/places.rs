//! Which files are executed without anybody asking: by a build, an installation, a test run, a start.

use crate::guard::about;
use crate::guard::change::FileChange;
use crate::ids::RelPath;
use crate::record::{Finding, Severity};

const BUILD_FILES: &[&str] = &[
    "build.rs",
    "setup.py",
    "conftest.py",
    "noxfile.py",
    "tasks.py",
    "fabfile.py",
    "wscript",
    "sconstruct",
    "package.json",
    "composer.json",
    "gulpfile.js",
    "gulpfile.mjs",
    "gulpfile.ts",
    "gruntfile.js",
    "jakefile.js",
    "karma.conf.js",
    "binding.gyp",
    "makefile",
    "gnumakefile",
    "justfile",
    "taskfile.yml",
    "cmakelists.txt",
    "meson.build",
    "configure",
    "configure.ac",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "init.gradle",
    "pom.xml",
    "build.xml",
    "build.sbt",
    "rakefile",
    "extconf.rb",
    "gemfile",
    "podfile",
    "mix.exs",
    "rebar.config",
    "build.zig",
    "package.swift",
    "magefile.go",
    "directory.build.props",
    "directory.build.targets",
    "build.bazel",
    "workspace",
    "module.bazel",
    "mise.toml",
    ".mise.toml",
    "taskfile.yaml",
    "devbox.json",
];

const BUILD_ENDINGS: &[&str] =
    &[".cmake", ".mk", ".gemspec", ".podspec", ".csproj", ".fsproj", ".vbproj", ".vcxproj", ".targets", ".bzl", ".pth"];

/// `vite.config.ts`, `.eslintrc.cjs`: settings that are programs.
const SCRIPT_ENDINGS: &[&str] = &["js", "cjs", "mjs", "ts", "cts", "mts"];

pub fn is_build(path: &RelPath) -> bool {
    let name = path.file_name().to_lowercase();
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let is_script = SCRIPT_ENDINGS.contains(&path.extension().as_str());
    BUILD_FILES.contains(&name.as_str())
        || BUILD_ENDINGS.iter().any(|end| name.ends_with(end))
        || is_script && (stem.ends_with(".config") || stem.ends_with(".conf") || stem.starts_with('.'))
        || is_script && stem.contains(".config.")
}

/// Files that an interpreter runs whenever it starts, wherever they stand on its path.
const AT_START: &[&str] = &["sitecustomize.py", "usercustomize.py"];

const MISE: &[&str] = &["[hooks", "enter =", "leave =", "preinstall =", "postinstall =", "_.source"];

/// Settings that name a program to be run in place of, or around, another.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("config.toml", &["rustc-wrapper", "rustc =", "runner =", "linker =", "credential-provider"]),
    ("config", &["rustc-wrapper", "runner =", "linker ="]),
    (".npmrc", &["script-shell", "shell=", "node-options", "git=", "init-module"]),
    (".yarnrc.yml", &["yarnPath", "plugins:", "- path:"]),
    (".yarnrc", &["yarn-path"]),
    (".pnpmfile.cjs", &["readPackage", "hooks"]),
    ("gradle.properties", &["org.gradle.jvmargs", "org.gradle.java.home"]),
    ("jvm.config", &["-javaagent", "-agentpath", "-agentlib"]),
    ("maven.config", &["-D", "-s"]),
    ("extensions.xml", &["<extension"]),
    ("gradle-wrapper.properties", &["distributionUrl", "distributionSha256Sum"]),
    ("maven-wrapper.properties", &["distributionUrl", "wrapperUrl"]),
    (
        ".bazelrc",
        &["--workspace_status_command", "--run_under", "--credential_helper", "--remote_cache", "--remote_executor"],
    ),
    ("mise.toml", MISE),
    (".mise.toml", MISE),
];

/// Whether a change makes a tool run another program.
pub fn starts_by_itself(file: &FileChange) -> Option<Finding> {
    let name = file.path.file_name().to_lowercase();
    if AT_START.contains(&name.as_str()) || name.ends_with(".pth") {
        file.after?;
        let what = "is run whenever the interpreter starts";
        return Some(about("suspicious/start", Severity::Error, file.path, what));
    }
    let (_, keys) = WRAPPERS.iter().find(|(wanted, _)| *wanted == name)?;
    let cargo = name.starts_with("config") && !file.path.as_str().contains(".cargo/");
    let line = file.added().find(|line| keys.iter().any(|key| line.text.trim_start().contains(key)))?;
    let what = "names a program that a tool runs, or where it comes from";
    (!cargo).then(|| crate::guard::at_line("suspicious/start", Severity::Error, file.path, line.number, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_files_are_known_by_name() {
        let is = |path: &str| is_build(&RelPath::parse(path).unwrap());
        for path in ["build.rs", "web/vite.config.ts", ".eslintrc.cjs", "cmake/x.cmake", "a/Makefile", "x/package.json"]
        {
            assert!(is(path), "{path}");
        }
        for path in ["src/build.py", "src/config.ts", "lib/app.js", "docs/setup.md", "src/main.rs"] {
            assert!(!is(path), "{path}");
        }
    }
}
