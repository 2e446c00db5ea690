#!/usr/bin/env python3
"""How much the hand `search` repairs in other languages: `benches/search/others.py LANGUAGE [dev|back|all] [NAME…]`.

LANGUAGE is java (javac and JUnit, its jars from Maven's folder), rust (cargo) or javascript (node's own runner). The programs are in `programs/`: of
each the sound text, what in it becomes what (`-`, `+`), the calls that its tests make (`?`) and others (`!`), on which
the repaired program is compared with the sound one. Those with `@@` are the second half, on which nothing was tuned.
`THANOS_FIX` is the program, `THANOS_SECONDS` the budget for each.
"""
import json, os, re, shutil, subprocess, sys, tempfile, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = os.environ.get("THANOS_FIX", str(HERE.parent.parent / "target" / "debug" / "thanos-fix"))

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>bench</groupId><artifactId>bench</artifactId><version>1</version>
<properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target>
<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version>
<scope>test</scope></dependency></dependencies></project>
"""

JAVA_SHOW = """
    static String show(Object o) {
        if (o instanceof String) return "\\"" + ((String) o).replace("\\\\", "\\\\\\\\").replace("\\"", "\\\\\\"") + "\\"";
        if (o instanceof Long) return o + "L";
        if (o instanceof List) {
            StringJoiner all = new StringJoiner(", ", "List.of(", ")");
            for (Object one : (List<?>) o) all.add(show(one));
            return all.toString();
        }
        return String.valueOf(o);
    }
"""


class Program:
    def __init__(self, text):
        head, *lines = text.split("\n")
        self.held, self.name = head.startswith("@"), head.lstrip("@ ").strip()
        self.marks, code = {}, []
        for at, line in enumerate(lines):
            if at < 4:
                self.marks[line[0]] = line[2:].replace("\\n", "\n") if line[0] in "-+" else line[2:]
            else:
                code.append(line)
        self.sound = "\n".join(code).rstrip() + "\n"
        assert self.sound.count(self.marks["-"]) >= 1, (self.name, self.marks["-"])
        self.broken = self.sound.replace(self.marks["-"], self.marks["+"], 1)
        self.seen, self.unseen = (self.marks[mark].split(" ;; ") for mark in "?!")


def run(command, folder, seconds=120):
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, shell=isinstance(command, str))
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", "")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Java:
    # Maven's own start would be most of the time: THANOS_MAVEN asks for it all the same.
    command = ["mvn", "-q", "-o", "-B", "test"] if os.environ.get("THANOS_MAVEN") else ["sh", "test.sh"]

    def __init__(self, program):
        self.p, self.type = program, program.name[0].upper() + program.name[1:]
        self.path = "src/main/java/bench/%s.java" % self.type

    def source(self, text):
        body = "".join("    %s\n" % line if line else "\n" for line in text.splitlines())
        return "package bench;\n\nimport java.util.*;\n\nclass %s {\n%s}\n" % (self.type, body)

    def results(self, code, calls, folder):
        lines = "".join(
            "        try { System.out.println(show(%s.%s(%s))); } catch (Throwable t) { System.out.println(\"raises\"); }\n"
            % (self.type, self.p.name, call) for call in calls)
        write(folder / "bench" / (self.type + ".java"), code)
        write(folder / "bench" / "Show.java", "package bench;\nimport java.util.*;\nclass Show {%s    public static void main(String[] a) {\n%s    }\n}\n" % (JAVA_SHOW, lines))
        run(["javac", "-d", "out", "bench/%s.java" % self.type, "bench/Show.java"], folder)
        return run(["java", "-cp", "out", "bench.Show"], folder, 20).stdout.splitlines()

    def files(self, results):
        tests = "".join("    @Test\n    public void case%d() {\n        assertEquals(%s, %s.%s(%s));\n    }\n\n" % (
            n, result, self.type, self.p.name, call) for n, (call, result) in enumerate(zip(self.p.seen, results)))
        test = "package bench;\n\nimport static org.junit.Assert.assertEquals;\n\nimport java.util.*;\nimport org.junit.Test;\n\npublic class %sTest {\n%s}\n" % (self.type, tests)
        jars = ":".join(str(next((Path.home() / ".m2/repository").glob(name))) for name in ("junit/junit/4.13*/junit-4*.jar", "org/hamcrest/hamcrest-core/1.3/*.jar"))
        script = "rm -rf target\njavac -nowarn -d target -cp %s src/main/java/bench/*.java src/test/java/bench/*.java && java -cp target:%s org.junit.runner.JUnitCore bench.%sTest\n" % (jars, jars, self.type)
        return {"pom.xml": POM, "test.sh": script, "src/test/java/bench/%sTest.java" % self.type: test, ".gitignore": "target/\n"}


class Rust:
    command = ["cargo", "test", "-q", "--offline"]
    path = "src/lib.rs"

    def __init__(self, program):
        self.p = program
        # Half of them have their tests in the same file.
        self.inside = len(program.name) % 2 == 0

    def source(self, text):
        return text

    def results(self, code, calls, folder):
        lines = "".join("    println!(\"{}\", std::panic::catch_unwind(|| format!(\"{:?}\", %s(%s))).unwrap_or(\"raises\".into()));\n"
                        % (self.p.name, call) for call in calls)
        write(folder / "main.rs", code.split("\n#[cfg(test)]")[0] + "\nfn main() {\n%s}\n" % lines)
        done = run(["rustc", "--edition", "2021", "-A", "warnings", "main.rs"], folder)
        assert done.returncode == 0, done.stderr
        return run(["./main"], folder, 20).stdout.splitlines()

    def tests(self, results):
        literal = lambda result: re.sub(r"(?<!&)\[", "vec![", result)
        return "".join("#[test]\nfn case_%d() {\n    assert_eq!(%s(%s), %s);\n}\n\n" % (n, self.p.name, call, literal(result))
                       for n, (call, result) in enumerate(zip(self.p.seen, results)) if result != "[]") + "".join(
            "#[test]\nfn case_%d() {\n    assert!(%s(%s).is_empty());\n}\n\n" % (n, self.p.name, call)
            for n, (call, result) in enumerate(zip(self.p.seen, results)) if result == "[]")

    def files(self, results):
        # Owned strings in what is given back compare with literals only one by one.
        tests = re.sub(r'\(("[^"]*"), ("[^"]*")\)', r'(\1.to_string(), \2.to_string())', self.tests(results)) \
            if "(String" in self.p.sound else self.tests(results)
        manifest = "[package]\nname = \"bench\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"
        files = {"Cargo.toml": manifest, ".gitignore": "target/\n", "Cargo.lock": "version = 3\n\n[[package]]\nname = \"bench\"\nversion = \"0.1.0\"\n"}
        if self.inside:
            files["+"] = "\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n%s}\n" % "".join(
                "    %s\n" % line if line else "\n" for line in tests.rstrip().splitlines())
        else:
            files["tests/cases.rs"] = "use bench::*;\n\n" + tests
        return files


class JavaScript:
    command = ["node", "--test"]
    path = "src/code.js"

    def __init__(self, program):
        self.p = program
        # Half of them are modules.
        self.module = len(program.name) % 2 == 0

    def source(self, text):
        return text + ("\nexport { %s };\n" if self.module else "\nmodule.exports = { %s };\n") % self.p.name

    def results(self, code, calls, folder):
        lines = "".join("try { console.log(JSON.stringify(%s(%s)) ?? 'undefined'); } catch { console.log('raises'); }\n"
                        % (self.p.name, call) for call in calls)
        write(folder / ("show.mjs" if self.module else "show.cjs"), code + lines)
        return run(["node", "show.mjs" if self.module else "show.cjs"], folder, 20).stdout.splitlines()

    def files(self, results):
        head = "import test from 'node:test';\nimport assert from 'node:assert';\nimport { %s } from '../src/code.js';\n\n" if self.module \
            else "const test = require('node:test');\nconst assert = require('node:assert');\nconst { %s } = require('../src/code.js');\n\n"
        tests = "".join("test('case %d', () => {\n  assert.deepStrictEqual(%s(%s), %s);\n});\n\n" % (n, self.p.name, call, result)
                        for n, (call, result) in enumerate(zip(self.p.seen, results)))
        return {"package.json": json.dumps({"name": "bench", "type": "module" if self.module else "commonjs", "scripts": {"test": "node --test"}}),
                "test/code.test.js": head % self.p.name + tests}


def main():
    language = {"java": Java, "rust": Rust, "javascript": JavaScript}[sys.argv[1]]
    half, wanted = (sys.argv[2:3] or ["all"])[0], sys.argv[3:]
    text = (HERE / "programs" / (sys.argv[1] + ".txt")).read_text()
    rows, judged, searched = [], 0, 0.0
    for part in re.split(r"(?m)^@(?=@? )", text)[1:]:
        p = Program(part)
        if (wanted and p.name not in wanted) or (half != "all" and (half == "back") != p.held):
            continue
        here = language(p)
        top = Path(tempfile.mkdtemp(prefix="bench-"))
        folder, aside = top / "tree", top / "aside"
        expected = here.results(here.source(p.sound), p.seen + p.unseen, aside)
        assert len(expected) == len(p.seen + p.unseen), (p.name, expected)
        files = here.files(expected[:len(p.seen)])
        files[here.path] = here.source(p.broken) + files.pop("+", "")
        for path, content in files.items():
            write(folder / path, content)
        run("git init -q && git add -A && git -c user.name=bench -c user.email=bench@localhost commit -qm start", folder)
        if os.environ.get("THANOS_CHECK"):
            before = run(here.command, folder).returncode
            write(folder / here.path, files[here.path].replace(here.source(p.broken), here.source(p.sound)))
            print(p.name, "broken", before, "sound", run(here.command, folder).returncode, flush=True)
            shutil.rmtree(top)
            continue
        began = time.monotonic()
        done = run([PROGRAM, "heal", "--json", "--budget-seconds", os.environ.get("THANOS_SECONDS", "120"), "--", *here.command], folder, 400)
        seconds = time.monotonic() - began
        try:
            told = json.loads(done.stdout)
        except ValueError:
            told = {"outcome": "error", "reason": done.stderr[-300:]}
        passes = run(here.command, folder).returncode == 0
        same = passes and here.results((folder / here.path).read_text(), p.seen + p.unseen, aside) == expected
        claim = told["outcome"] == "proposed"
        rates = [(int(n), float(s)) for n, s in re.findall(r"(\d+) [a-z ]+ judged in ([\d.]+) s", done.stderr)]
        judged, searched = judged + sum(n for n, _ in rates), searched + sum(s for _, s in rates)
        rows.append((passes, same, seconds, claim and not passes, told.get("confidence") if claim else None))
        print("%-18s %-10s %-10s %5.1f s %6d judged %6.0f/s  %s" % (
            p.name, "equal" if same else "pass" if passes else told["outcome"], told.get("confidence") or "", seconds,
            sum(n for n, _ in rates), sum(n for n, _ in rates) / max(sum(s for _, s in rates), 0.01),
            (told.get("why") or told.get("reason") or "")[:160]), flush=True)
        shutil.rmtree(top)
    sure = [row for row in rows if row[4] == "confident"]
    print("\n%d programs: %d pass, %d equal, %d wrong claims, %d confident of which %d equal; %.0f s; %d judged, %.0f/s" % (
        len(rows), sum(r[0] for r in rows), sum(r[1] for r in rows), sum(r[3] for r in rows), len(sure),
        sum(r[1] for r in sure), sum(r[2] for r in rows), judged, judged / max(searched, 0.01)))


main()
