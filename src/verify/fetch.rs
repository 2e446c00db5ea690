//! What has to be downloaded before the network is cut: the dependencies that the project's own lock files
//! and manifests name, by the project's own package manager.

use crate::command::CommandLine;
use std::path::Path;

struct Source {
    /// The first of these that is there says that the project uses this manager.
    files: &'static [&'static str],
    /// There already: nothing to do.
    unless: &'static [&'static str],
    command: &'static [&'static str],
}

/// Locked installs only: nothing here may change a file that git tracks. No install scripts: nobody asked for
/// these downloads, so they fetch and no more.
const SOURCES: &[Source] = &[
    Source { files: &["Cargo.lock"], unless: &["vendor"], command: &["cargo", "fetch", "--locked"] },
    Source { files: &["Cargo.toml"], unless: &["vendor", "Cargo.lock"], command: &["cargo", "fetch"] },
    Source { files: &["go.mod"], unless: &["vendor"], command: &["go", "mod", "download"] },
    Source {
        files: &["pnpm-lock.yaml"],
        unless: &["node_modules"],
        command: &["pnpm", "install", "--frozen-lockfile", "--ignore-scripts"],
    },
    Source {
        files: &["yarn.lock"],
        unless: &["node_modules", ".yarnrc.yml"],
        command: &["yarn", "install", "--frozen-lockfile", "--ignore-scripts"],
    },
    Source {
        files: &[".yarnrc.yml"],
        unless: &["node_modules"],
        command: &["yarn", "install", "--immutable", "--mode=skip-build"],
    },
    Source {
        files: &["package-lock.json", "npm-shrinkwrap.json"],
        unless: &["node_modules", "pnpm-lock.yaml", "yarn.lock", ".yarnrc.yml"],
        command: &["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    },
    Source {
        files: &["package.json"],
        unless: &[
            "node_modules",
            "pnpm-lock.yaml",
            "yarn.lock",
            ".yarnrc.yml",
            "package-lock.json",
            "npm-shrinkwrap.json",
        ],
        command: &["npm", "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"],
    },
    Source { files: &["pom.xml"], unless: &["mvnw"], command: &["mvn", "-B", "-q", "dependency:go-offline"] },
    Source { files: &["mvnw"], unless: &[], command: &["./mvnw", "-B", "-q", "dependency:go-offline"] },
];

/// The downloads for the project in `root`, in no particular order. Python has none: where its packages
/// go is the job's own decision, so they come from the job's steps or from `verify.prepare`.
pub fn downloads(root: &Path) -> Vec<CommandLine> {
    let there = |names: &[&str]| names.iter().any(|name| root.join(name).exists());
    let wanted = |source: &&Source| there(source.files) && !there(source.unless);
    SOURCES.iter().filter(wanted).map(|source| CommandLine::new(source.command.iter().copied())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_project_is_fetched_by_its_own_manager_once() {
        let cases: &[(&[&str], &[&str])] = &[
            (&["Cargo.toml", "Cargo.lock"], &["cargo fetch --locked"]),
            (&["Cargo.toml"], &["cargo fetch"]),
            (&["Cargo.toml", "Cargo.lock", "vendor"], &[]),
            (&["package.json", "yarn.lock"], &["yarn install --frozen-lockfile --ignore-scripts"]),
            (&["package.json", "package-lock.json"], &["npm ci --ignore-scripts --no-audit --no-fund"]),
            (&["package.json", "node_modules"], &[]),
            (
                &["go.mod", "package.json"],
                &["go mod download", "npm install --ignore-scripts --no-package-lock --no-audit --no-fund"],
            ),
            (&["package.json", "yarn.lock", ".yarnrc.yml"], &["yarn install --immutable --mode=skip-build"]),
            (&["pyproject.toml"], &[]),
        ];
        for (files, wanted) in cases {
            let dir = tempfile::tempdir().unwrap();
            for file in *files {
                std::fs::write(dir.path().join(file), "").unwrap();
            }
            let commands: Vec<String> = downloads(dir.path()).iter().map(ToString::to_string).collect();
            assert_eq!(commands, *wanted, "{files:?}");
        }
    }
}
