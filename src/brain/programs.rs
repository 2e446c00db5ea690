//! A program that the command wanted and nobody has installed: which one, and what to install for it.

use regex::Regex;
use std::sync::LazyLock;

/// How to get a program: what starts it, and the line that installs it. To add one: a row.
#[rustfmt::skip]
const INSTALLS: &[(&str, &str)] = &[
    ("ant", "apt-get install ant"),
    ("autoreconf", "apt-get install autoconf automake libtool"),
    ("bazel", "npm install -g @bazel/bazelisk"),
    ("biome", "npm install -D @biomejs/biome"),
    ("black", "pip install black"),
    ("buf", "go install github.com/bufbuild/buf/cmd/buf@latest"),
    ("bun", "npm install -g bun"),
    ("bundle", "gem install bundler"),
    ("cargo", "curl https://sh.rustup.rs -sSf | sh"),
    ("cargo-nextest", "cargo install --locked cargo-nextest"),
    ("clang", "apt-get install clang"),
    ("clang-format", "pip install clang-format"),
    ("clang-tidy", "apt-get install clang-tidy"),
    ("cmake", "apt-get install cmake"),
    ("composer", "apt-get install composer"),
    ("ctest", "apt-get install cmake"),
    ("deno", "npm install -g deno"),
    ("docker", "apt-get install docker.io"),
    ("dotnet", "apt-get install dotnet-sdk-8.0"),
    ("eslint", "npm install -D eslint"),
    ("flake8", "pip install flake8"),
    ("g++", "apt-get install g++"),
    ("gcc", "apt-get install gcc"),
    ("gem", "apt-get install ruby"),
    ("go", "apt-get install golang"),
    ("gofmt", "apt-get install golang"),
    ("goimports", "go install golang.org/x/tools/cmd/goimports@latest"),
    ("golangci-lint", "go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@latest"),
    ("gradle", "apt-get install gradle"),
    ("hatch", "pipx install hatch"),
    ("isort", "pip install isort"),
    ("java", "apt-get install default-jdk"),
    ("javac", "apt-get install default-jdk"),
    ("jest", "npm install -D jest"),
    ("jq", "apt-get install jq"),
    ("just", "cargo install --locked just"),
    ("make", "apt-get install make"),
    ("meson", "pipx install meson"),
    ("mvn", "apt-get install maven"),
    ("mypy", "pip install mypy"),
    ("ninja", "apt-get install ninja-build"),
    ("node", "apt-get install nodejs"),
    ("nox", "pipx install nox"),
    ("npm", "apt-get install npm"),
    ("npx", "apt-get install npm"),
    ("pdm", "pipx install pdm"),
    ("php", "apt-get install php-cli"),
    ("pip", "apt-get install python3-pip"),
    ("pipenv", "pipx install pipenv"),
    ("pkg-config", "apt-get install pkg-config"),
    ("pnpm", "npm install -g pnpm"),
    ("poetry", "pipx install poetry"),
    ("pre-commit", "pipx install pre-commit"),
    ("prek", "pipx install prek"),
    ("prettier", "npm install -D prettier"),
    ("protoc", "apt-get install protobuf-compiler"),
    ("pytest", "pip install pytest"),
    ("python", "apt-get install python-is-python3"),
    ("python3", "apt-get install python3"),
    ("rake", "gem install rake"),
    ("rg", "apt-get install ripgrep"),
    ("rspec", "gem install rspec"),
    ("ruby", "apt-get install ruby"),
    ("ruff", "pip install ruff"),
    ("rustc", "curl https://sh.rustup.rs -sSf | sh"),
    ("shellcheck", "apt-get install shellcheck"),
    ("shfmt", "go install mvdan.cc/sh/v3/cmd/shfmt@latest"),
    ("tox", "pipx install tox"),
    ("tsc", "npm install -D typescript"),
    ("uv", "pipx install uv"),
    ("vitest", "npm install -D vitest"),
    ("wasm-pack", "cargo install --locked wasm-pack"),
    ("yamllint", "pip install yamllint"),
    ("yarn", "npm install -g yarn"),
];

/// Modules that people run with `python -m`; others are a matter of the project's own requirements.
const RUNNERS: &[&str] = &["pytest", "black", "ruff", "mypy", "flake8", "isort", "tox", "nox", "hatch", "pip"];

static SAID: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // bash, dash, zsh, make
        r"(?m)^(?:.*: )?([\w.+-]+): (?:command )?not found\s*$",
        r"(?m)command not found: ([\w.+-]+)\s*$",
        r"(?m)^make(?:\[\d+\])?: ([\w.+-]+): No such file or directory\s*$",
        // env, Go's and Node's ways to start something
        r"(?m)env: ['‘]?([\w.+-]+)['’]?: No such file or directory",
        r#"exec: "([\w.+-]+)": executable file not found in"#,
        r"spawn ([\w.+-]+) ENOENT",
        r"error: no such command: `(nextest)`",
        // `/usr/bin/python3: No module named pytest`; a traceback is about the code.
        r"(?:^|/)(?:python[\d.]*|pypy[\d.]*|py): No module named '?(\w+)'?\s*$",
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// The program that a failed command did not find.
pub fn missing(text: &str) -> Option<String> {
    let module = SAID.last()?;
    let (programs, said) = (&SAID[..SAID.len() - 1], text.trim_end());
    let named = programs.iter().find_map(|pattern| pattern.captures(said)).map(|found| found[1].to_owned());
    let run = || {
        let last = said.lines().last()?;
        let name = module.captures(last)?[1].to_owned();
        RUNNERS.contains(&name.as_str()).then_some(name)
    };
    let name = named.or_else(run)?;
    Some(if name == "nextest" { "cargo-nextest".to_owned() } else { name })
}

/// The line that installs it, where one is known.
pub fn install(program: &str) -> Option<&'static str> {
    INSTALLS.iter().find(|(name, _)| *name == program).map(|(_, line)| *line)
}

/// For people: what is missing, and the mend.
pub fn advice(text: &str) -> Option<String> {
    let program = missing(text)?;
    let mend = match install(&program) {
        Some(line) => format!("install it: {line}"),
        None => "install it, or correct the command".to_owned(),
    };
    Some(format!("`{program}` is not installed here; {mend}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_that_is_missing_is_named() {
        for (said, program) in [
            ("bash: line 1: poetry: command not found\n", "poetry"),
            ("/bin/sh: 1: mvn: not found\n", "mvn"),
            ("zsh: command not found: pnpm\n", "pnpm"),
            ("sh: cmake: not found\nmake: *** [all] Error 127\n", "cmake"),
            ("make: clang: No such file or directory\nmake: *** [Makefile:2: a] Error 127\n", "clang"),
            ("/usr/bin/env: ‘node’: No such file or directory\n", "node"),
            ("panic: exec: \"protoc\": executable file not found in $PATH\n", "protoc"),
            ("Error: spawn shellcheck ENOENT\n", "shellcheck"),
            ("error: no such command: `nextest`\n", "cargo-nextest"),
            ("/usr/bin/python3: No module named pytest\n", "pytest"),
        ] {
            assert_eq!(missing(said).as_deref(), Some(program), "{said}");
            assert!(install(program).is_some(), "{program}");
        }
        for said in [
            "ModuleNotFoundError: No module named 'pytest'\n",
            "/usr/bin/python3: No module named app\n",
            "error: page not found\n404: the page was not found\n",
            "Cannot find module 'left-pad'\n",
        ] {
            assert_eq!(missing(said), None, "{said}");
        }
    }

    #[test]
    fn advice_names_the_mend() {
        let told = advice("bash: line 1: poetry: command not found\n");
        assert_eq!(told.as_deref(), Some("`poetry` is not installed here; install it: pipx install poetry"));
        assert!(advice("bash: frobnicate: command not found").unwrap().ends_with("or correct the command"));
    }

    #[test]
    fn the_table_is_sorted_so_that_nothing_is_in_it_twice() {
        assert!(INSTALLS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
