"""The published packages that the bench breaks: how each is fetched, what of it is broken, and its own checks.

Everything is kept in a cache outside the repository ($THANOS_EVERYDAY, else ~/.cache/thanos-everyday), also the programs
that checks need (virtual environment, node_modules). Ordinary clients fetch: pip, npm, cargo, go, mvn.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(os.environ.get("THANOS_EVERYDAY", Path.home() / ".cache" / "thanos-everyday"))
IGNORED = ["__pycache__/", ".pytest_cache/", ".mypy_cache/", ".ruff_cache/", "target/", "out/", "*.egg-info/", "*.o"]


@dataclass
class Check:
    """A command, and which kinds of break it is asked to find (`None`: the general ones of the language)."""

    command: str
    kinds: tuple = None
    prepare: str = ""  # run in the pristine copy, so that the command passes


@dataclass
class Package:
    name: str
    language: str
    version: str
    sources: tuple  # globs of what may be broken
    checks: list
    files: dict = field(default_factory=dict)  # what is added to what was published
    drop: tuple = ()  # what is not kept
    here: bool = False  # written for this bench, in small/

    def folder(self):
        return CACHE / "packages" / self.language / f"{self.name.split('/')[-1].split(':')[-1]}-{self.version}"


def run(argv, cwd=None, env=None):
    subprocess.run(argv, cwd=cwd, env=env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def unpack(archive, into):
    """A tarball without its top folder."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            member.name = member.name.partition("/")[2]
            if member.name and (member.isfile() or member.isdir()):
                tar.extract(member, into, filter="data")


def from_pypi(package, into):
    downloads = CACHE / "downloads"
    run([str(CACHE / "venv/bin/pip"), "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(downloads),
         f"{package.name}=={package.version}"])
    names = [package.name, package.name.replace("-", "_")]
    found = [p for p in downloads.glob("*.tar.gz") if any(p.name == f"{n}-{package.version}.tar.gz" for n in names)]
    unpack(found[0], into)


def from_npm(package, into):
    downloads = CACHE / "downloads"
    argv = ["npm", "pack", "--silent", "--pack-destination", str(downloads), f"{package.name}@{package.version}"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    unpack(downloads / done.stdout.strip().splitlines()[-1], into)


def from_crates(package, into):
    fetch = CACHE / "downloads" / f"crate-{package.name}"
    shutil.rmtree(fetch, ignore_errors=True)
    (fetch / "src").mkdir(parents=True)
    (fetch / "src/lib.rs").write_text("")
    manifest = '[package]\nname = "fetch"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n[dependencies]\n'
    (fetch / "Cargo.toml").write_text(manifest + f'{package.name} = "={package.version}"\n')
    run(["cargo", "vendor", "--quiet", "vendor"], cwd=fetch)
    source = fetch / "vendor" / package.name
    shutil.copytree(source, into, dirs_exist_ok=True)
    manifest = (into / "Cargo.toml").read_text()
    # What only its own tests and benchmarks need is not fetched.
    manifest = re.sub(r"^\[(?:dev-dependencies|\[bench|\[test|target\.[^\]]*dev-dep)[^\n]*\n(?:(?!\[)[^\n]*\n)*", "", manifest, flags=re.M)
    (into / "Cargo.toml").write_text(manifest)
    for left in [".cargo-checksum.json", ".cargo_vcs_info.json", "Cargo.toml.orig"]:
        (into / left).unlink(missing_ok=True)


def from_go(package, into):
    argv = ["go", "mod", "download", "-json", f"{package.name}@v{package.version}"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, cwd=CACHE)
    folder = next(line.split('"')[3] for line in done.stdout.splitlines() if '"Dir"' in line)
    shutil.copytree(folder, into, dirs_exist_ok=True)
    run(["chmod", "-R", "u+w", str(into)])
    run(["go", "mod", "edit", "-go=1.20"], cwd=into)


def from_maven(package, into):
    group, artifact = package.name.split(":")
    spec = f"-Dartifact={package.name}:{package.version}:jar:sources"
    run(["mvn", "-q", "-B", "dependency:get", "-Dtransitive=false", spec])
    base = Path.home() / ".m2/repository" / group.replace(".", "/") / artifact / package.version
    with zipfile.ZipFile(base / f"{artifact}-{package.version}-sources.jar") as jar:
        jar.extractall(into / "src")


def from_here(package, into):
    shutil.copytree(Path(__file__).parent / "small" / package.name, into, dirs_exist_ok=True)


FETCH = {"python": from_pypi, "javascript": from_npm, "typescript": from_npm, "rust": from_crates, "go": from_go,
         "java": from_maven, "c": from_crates}


def tools():
    """Programs for the checks, once."""
    (CACHE / "downloads").mkdir(parents=True, exist_ok=True)
    if not (CACHE / "venv/bin/ruff").exists():
        run([sys.executable, "-m", "venv", str(CACHE / "venv")])
        wanted = ["pytest==8.3.5", "mypy==1.13.0", "ruff==0.8.0", "black==24.10.0"]
        run([str(CACHE / "venv/bin/pip"), "install", "-q", *wanted])
    if not all((CACHE / "node_modules/.bin" / name).exists() for name in ("eslint", "vitest")):
        wanted = ["tape@5", "typescript@5.6", "eslint@9", "prettier@3", "@types/node@22", "mocha@10", "jest@29", "vitest@2", "react@18",
                  "@types/react@18"]
        run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(CACHE), *wanted])


def environment():
    env = dict(os.environ)
    env["PATH"] = f"{CACHE}/venv/bin:{CACHE}/node_modules/.bin:{env['PATH']}"
    env.update(PYTHONDONTWRITEBYTECODE="1", CARGO_NET_OFFLINE="true", GOPROXY="off", NO_COLOR="1")
    return env


def pristine(package):
    """The package as published, with what its checks need; made once."""
    folder = package.folder()
    if (folder / ".gitignore").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (from_here if package.here else FETCH[package.language])(package, folder)
    for name in package.drop:
        target = folder / name
        shutil.rmtree(target, ignore_errors=True)
        target.unlink(missing_ok=True) if target.exists() else None
    for name, text in package.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for check in package.checks:
        if check.prepare:
            subprocess.run(["bash", "-c", check.prepare], cwd=folder, env=environment(), check=False,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (folder / ".gitignore").write_text("\n".join(IGNORED) + "\n")
    return folder


STYLE = ("format",)
LINT = ("unused-import", "lint", "unused-variable")
RUFF = '[lint]\nselect = ["E7", "E9", "F"]\n'
ESLINT = """export default [
  {
    linterOptions: { reportUnusedDisableDirectives: "off" },
    languageOptions: { sourceType: "commonjs", globals: { process: "readonly", console: "readonly", require: "readonly",
      module: "writable", setTimeout: "readonly", setImmediate: "readonly", Buffer: "readonly", URL: "readonly" } },
    rules: { "no-undef": "error", "no-unused-vars": ["error", { caughtErrors: "none", args: "none" }],
      "prefer-const": "error", eqeqeq: ["error", "always", { null: "ignore" }] },
  },
];
"""
TSCONFIG = """{
  "compilerOptions": {
    "strict": true,
    "noEmit": true,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "skipLibCheck": true,
    "lib": ["es2022", "dom", "esnext"],
    "types": ["node"]
  },
  "include": ["src"]
}
"""


CLIPPY = "-D unused -D clippy::needless_return -D clippy::len_zero"


def python(name, version, sources, test, drop=()):
    ruff = Check("ruff check --select E7,E9,F .", LINT, "ruff check -q --fix --unsafe-fixes .")
    style = Check("ruff format --check .", STYLE, "ruff format -q .")
    return Package(name, "python", version, sources, [Check(test), ruff, style], {"ruff.toml": RUFF}, drop)


def javascript(name, version, sources, test, lint=True):
    checks = [Check(test)]
    if lint:
        quoted = " ".join(f"'{glob}'" for glob in sources)
        checks.append(Check(f"eslint {quoted}", ("lint", "unused-variable", "name")))
        checks.append(Check(f"prettier --check {quoted}", STYLE, f"prettier --write {quoted}"))
    files = {"eslint.config.mjs": ESLINT} if lint else {}
    return Package(name, "javascript", version, sources, checks, files, drop=("eslint.config.js",))


def typescript(name, version):
    style = Check("prettier --check src", STYLE, "prettier --write src")
    return Package(name, "typescript", version, ("src/**/*.ts",), [Check("tsc -p ."), style],
                   {"tsconfig.json": TSCONFIG})


def small(name, language, sources, *commands):
    return Package(name, language, "1.0.0", sources, [Check(command) for command in commands], here=True)


def rust(name, version, test="cargo test --offline --lib --tests", lint=True):
    checks = [Check(test)]
    if lint:
        checks.append(Check(f"cargo clippy --offline --quiet -- {CLIPPY}", LINT))
        checks.append(Check("cargo fmt --check", STYLE, "cargo fmt"))
    return Package(name, "rust", version, ("src/**/*.rs",), checks)


def go(name, version, files=None, test="go test ./..."):
    checks = [Check(test), Check("go build ./..."), Check('test -z "$(gofmt -l .)"', STYLE, "gofmt -w .")]
    return Package(name, "go", version, ("*.go",), checks, files or {})


def java(name, version):
    command = "javac -nowarn -d out $(find src -name '*.java')"
    return Package(name, "java", version, ("src/**/*.java",), [Check(command)], drop=("src/META-INF",))


def c(name, version, sources, command, drop=()):
    return Package(name, "c", version, sources, [Check(command)], drop=drop)


PACKAGES = [
    python("inflection", "0.5.1", ("inflection/*.py",), "pytest -q"),
    python("cachetools", "5.5.0", ("src/**/*.py",), "PYTHONPATH=src python -m unittest -q"),
    Package("h11", "python", "0.14.0", ("h11/_*.py",), [Check("pytest -q")]),
    Package("toolz", "python", "1.0.0", ("toolz/*.py",), [Check("python -m pytest -q --pyargs toolz")]),
    python("pluggy", "1.5.0", ("src/**/*.py",), "PYTHONPATH=src pytest -q"),
    Package("tomli", "python", "2.0.2", ("src/**/*.py",), [Check("mypy src")]),
    javascript("fastq", "1.17.1", ("queue.js",), "node test/test.js"),
    javascript("minimist", "1.2.8", ("index.js",), "tape 'test/*.js'"),
    javascript("fast-uri", "3.0.3", ("index.js", "lib/*.js"), "tape 'test/*.js'"),
    javascript("secure-json-parse", "3.0.1", ("index.js",), "node --test"),
    javascript("process-warning", "5.0.0", ("index.js",), "node --test test/*.js"),
    typescript("redux", "5.0.1"),
    typescript("reselect", "5.1.1"),
    typescript("fast-equals", "5.0.1"),
    typescript("comlink", "4.4.2"),
    small("orders", "javascript", ("lib/*.js",), "mocha"),
    small("slugs", "javascript", ("src/*.js",), "jest"),
    small("scheduler", "typescript", ("src/*.ts",), "vitest run", "tsc -p ."),
    small("board", "typescript", ("src/*.ts*",), "tsc -p ."),
    rust("strsim", "0.11.1"),
    rust("heck", "0.5.0"),
    rust("hex", "0.4.3", "cargo build --offline"),
    rust("wildmatch", "2.4.0", "cargo check --offline"),
    rust("shlex", "1.3.0", lint=False),
    rust("humantime", "2.1.0", "cargo build --offline"),
    rust("semver", "1.0.23", "cargo build --offline"),
    go("github.com/google/uuid", "1.6.0"),
    go("github.com/mattn/go-shellwords", "1.0.12"),
    go("github.com/dustin/go-humanize", "1.0.1"),
    go("github.com/hashicorp/go-version", "1.7.0", test="go test -vet=off ./..."),
    go("github.com/mitchellh/go-wordwrap", "1.0.1"),
    go("github.com/gorilla/mux", "1.8.1"),
    java("commons-cli:commons-cli", "1.5.0"),
    java("org.json:json", "20240303"),
    java("com.eclipsesource.minimal-json:minimal-json", "0.9.5"),
    java("net.sf.jopt-simple:jopt-simple", "5.0.4"),
    java("org.apache.commons:commons-csv", "1.10.0"),
    c("bzip2-sys", "0.1.11", ("bzip2-1.0.8/*.[ch]",), "make -s -C bzip2-1.0.8 libbz2.a CFLAGS=-O0"),
    c("lz4-sys", "1.11.1", ("liblz4/lib/*.[ch]",), "gcc -O0 -fsyntax-only liblz4/lib/*.c"),
    c("libz-sys", "1.1.20", ("src/zlib/*.[ch]",), "gcc -Wall -Werror -fsyntax-only -DHAVE_UNISTD_H src/zlib/*.c"),
    c("lua-src", "547.0.0", ("lua-5.4.7/*.[ch]",), "gcc -Wall -Werror -fsyntax-only lua-5.4.7/*.c", drop=("lua-5.1.5", "lua-5.2.4", "lua-5.3.6")),
]
