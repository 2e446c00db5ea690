"""What breaks code: each operator gets a [`Site`] and returns {path: new text}, or None where it does not apply.

To add a kind: one function with `@kind(name, languages)`, or a row in rewrites.py where a pattern tells it.
"""

import json
import re

from rewrites import REWRITES, rewrite
from tokens import ALL_KEYWORDS, KEYWORDS, WORDS, code, misspell

KINDS = {}
ALL = ("python", "javascript", "typescript", "rust", "go", "java", "c")
SCRIPT = ("javascript", "typescript")


def kind(name, languages=ALL):
    def register(function):
        KINDS[name] = (languages, function)
        return function
    return register


class Site:
    """A copy of a package: its breakable files, one of them chosen, and the source of chance."""

    def __init__(self, rng, language, root, paths):
        self.rng, self.language, self.root = rng, language, root
        self.texts = {path: (root / path).read_bytes().decode() for path in paths}
        weights = [min(len(text), 20000) for text in self.texts.values()]
        self.path = rng.choices(list(self.texts), weights)[0]
        self.text = self.texts[self.path]
        self.tokens = code(language, self.text)
        self.meant = None  # where a break has a sound end besides the original

    def choose(self, items):
        items = list(items)
        return self.rng.choice(items) if items else None

    def put(self, start, end, new):
        return {self.path: self.text[:start] + new + self.text[end:]}

    def line_start(self, at):
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at):
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def line(self, at):
        return self.text[self.line_start(at):self.line_end(at)]

    def names(self, member):
        """Uses of names of some length that stand elsewhere in the package too."""
        import_words = ("import", "from", "use", "package", "#include")
        for at, token in enumerate(self.tokens):
            if token.kind != "name" or token.text in WORDS or len(token.text) < 4 or token.text.startswith("__"):
                continue
            before = self.tokens[at - 1].text if at else ""
            after = self.tokens[at + 1].text if at + 1 < len(self.tokens) else ""
            if (before in (".", "->", "::")) != member or self.line(token.start).lstrip().startswith(import_words):
                continue
            is_key = after == ":" and self.language != "python"
            defines = before in ("def", "class", "fn", "func", "struct", "enum", "trait", "type", "interface", "let", "mut",
                                 "const", "var", "function", "static", "mod", "lambda", "for") or after in ("=", ":=")
            if not is_key and not (defines and not member) and self.count(token.text) > 1:
                yield token

    def count(self, word):
        return sum(text.count(word) for text in self.texts.values())


@kind("name")
def name(site):
    token = site.choose(site.names(member=False))
    return token and site.put(token.start, token.end, misspell(site.rng, token.text))


@kind("member")
def member(site):
    token = site.choose(site.names(member=True))
    return token and site.put(token.start, token.end, misspell(site.rng, token.text))


@kind("type", ("typescript", "rust", "java", "go", "c"))
def type_name(site):
    def is_type(token):
        is_capital = token.text[0].isupper() and not token.text.isupper()
        return is_capital or token.text.endswith("_t") or (site.language == "c" and token.text.isupper())
    token = site.choose(token for token in site.names(member=False) if is_type(token))
    return token and site.put(token.start, token.end, misspell(site.rng, token.text))


@kind("keyword")
def keyword(site):
    wanted = [word for word in KEYWORDS[site.language].split() if len(word) > 2 or site.language == "rust"]
    token = site.choose(token for token in site.tokens if token.kind == "keyword" and token.text in wanted)
    if not token:
        return None
    new = misspell(site.rng, token.text)
    return site.put(token.start, token.end, new) if new not in ALL_KEYWORDS[site.language] else None


IMPORTS = {
    "python": r"^\s*(?:from \.*([\w.]+) import|import ([\w.]+))",
    "javascript": r"require\('([^']+)'\)|from '([^']+)'", "typescript": r"from ['\"]([^'\"]+)['\"]",
    "rust": r"^\s*(?:pub )?(?:use ([\w:]+)|mod (\w+);)", "go": r'^\s*(?:import )?"([\w./-]+)"$',
    "java": r"^import (?:static )?([\w.]+)", "c": r"^#\s*include [\"<]([\w./]+)",
}


def imports(site):
    """(start, end) of the modules that the file imports."""
    for match in re.finditer(IMPORTS[site.language], site.text, re.M):
        group = next(i for i, text in enumerate(match.groups(), 1) if text is not None)
        yield match.start(group), match.end(group)


@kind("import-path")
def import_path(site):
    found = site.choose(imports(site))
    if not found:
        return None
    words = [m for m in re.finditer(r"[A-Za-z_]\w{2,}", site.text[found[0]:found[1]]) if m[0] not in ("crate", "self", "super")]
    word = site.choose(words)
    return word and site.put(found[0] + word.start(), found[0] + word.end(), misspell(site.rng, word[0]))


@kind("import-case", ("python", "javascript", "typescript", "rust", "java", "c"))
def import_case(site):
    found = site.choose(imports(site))
    if not found:
        return None
    words = [m for m in re.finditer(r"[A-Za-z_]\w{2,}", site.text[found[0]:found[1]]) if m[0] not in ("crate", "self", "super")]
    if not words:
        return None
    word = words[-1]
    at = found[0] + word.start() + len(word[0]) - len(word[0].lstrip("_"))
    return site.put(at, at + 1, site.text[at].swapcase())


def lose(site, texts, where=lambda token: True):
    token = site.choose(token for token in site.tokens if token.text in texts and where(token))
    return token and site.put(token.start, token.end, "")


@kind("colon", ("python",))
def colon(site):
    def ends_line(token):
        return site.text[token.end:site.line_end(token.end)].strip() == ""
    return lose(site, [":"], ends_line)


@kind("semicolon", ("rust", "java", "c"))
def semicolon(site):
    return lose(site, [";"])


@kind("bracket")
def bracket(site):
    return lose(site, list("()[]{}"))


@kind("comma")
def comma(site):
    return lose(site, [","])


@kind("extra-bracket")
def extra_bracket(site):
    token = site.choose(token for token in site.tokens if token.text in list("()[]{}"))
    return token and site.put(token.end, token.end, token.text)


@kind("quote")
def quote(site):
    token = site.choose(t for t in site.tokens if t.kind == "string" and "\n" not in t.text and '"""' not in t.text)
    if not token:
        return None
    at = token.end - 1 if site.rng.random() < 0.6 else token.start + len(token.text) - len(token.text.lstrip("rbfuRBFU"))
    return site.put(at, at + 1, "")


@kind("indentation", ("python",))
def indentation(site):
    starts = [m for m in re.finditer(r"^(?: {4})+(?=[A-Za-z])", site.text, re.M)]
    found = site.choose(starts)
    if not found:
        return None
    less = site.rng.choice([1, 2, 3, 4])
    if site.rng.random() < 0.5:
        return site.put(found.start(), found.start() + less, "")
    return site.put(found.start(), found.start(), " " * site.rng.choice([1, 2, 4]))


@kind("missing-import")
def missing_import(site):
    lines = {
        "python": r"^(?:from [\w.]+ import \w+(?: as \w+)?|import [\w.]+)\n", "rust": r"^\s*use [\w:]+;\n",
        "javascript": r"^(?:const|var|let) [\w{}, ]+ = require\([^\n]+\n", "typescript": r"^import [^\n]+\n",
        "go": r'^\t"[\w./-]+"\n', "java": r"^import [\w.]+;\r?\n", "c": r"^#\s*include [^\n]+\n",
    }[site.language]
    found = site.choose(re.finditer(lines, site.text, re.M))
    return found and site.put(found.start(), found.end(), "")


@kind("missing-export", ("javascript", "typescript", "rust", "java"))
def missing_export(site):
    pattern = {"javascript": r"^(?:module\.)?exports\.\w+ = \w+\r?\n|^  \w+,\n(?=(?:  \w+,?\n)*})",
               "typescript": r"export (?:default )?(?=(?:function|const|class|type|interface) )", "rust": r"pub (?=fn|struct|use|mod|enum)",
               "java": r"public (?=(?:static )?(?:final )?[\w<>]+ \w+\()"}[site.language]
    found = site.choose(re.finditer(pattern, site.text, re.M))
    return found and site.put(found.start(), found.end(), "")


@kind("missing-self", ("python",))
def missing_self(site):
    found = site.choose(re.finditer(r"\bself\.(?=\w+)|(?<=\()self, (?=\w)", site.text))
    return found and site.put(found.start(), found.end(), "")


@kind("missing-await", SCRIPT + ("python",))
def missing_await(site):
    found = site.choose(re.finditer(r"\basync (?=function|\(|\w+\(|def )|\bawait ", site.text))
    return found and site.put(found.start(), found.end(), "")


@kind("missing-return", ("go", "rust", "java", "typescript"))
def missing_return(site):
    found = site.choose(re.finditer(r"^[ \t]+return [^\n;({]+;?\n(?=[ \t]*}\n)", site.text, re.M))
    if not found:
        return None
    word = re.match(r"\s+return ", found[0])
    return site.put(found.start() + word.end() - 7, found.start() + word.end(), "")


@kind("missing-throws", ("java",))
def missing_throws(site):
    found = site.choose(re.finditer(r" throws [\w, ]+(?= \{)", site.text))
    return found and site.put(found.start(), found.end(), "")


@kind("argument")
def argument(site):
    """A call forgets its last argument."""
    calls = re.finditer(r"(?<=[\w)])\([^()\n]*(, [\w.\"'&]+)\)(?![ \t]*[{:-])", site.text)
    found = site.choose(call for call in calls if not re.search(r"\b(?:def|fn|func|function|macro|new)\b", site.line(call.start())))
    return found and site.put(found.start(1), found.end(1), "")


@kind("rename")
def rename(site):
    """A function is renamed wherever it stands, but at one place that is forgotten."""
    words = r"\b(?:def|fn|func|function)\s+(\w{4,})|^[ \t]+(?:public|private|protected|static)[\w<>\[\] ]* (\w{4,})\(|^static \w+ (\w{4,})\("
    found = site.choose(re.finditer(words, site.text, re.M))
    if not found:
        return None
    old = next(group for group in found.groups() if group)
    new = old + site.rng.choice(["_all", "_of", "_with", "2"]) if "_" in old or old.islower() else old + site.rng.choice(["All", "Of", "With"])
    places = [(path, m.start()) for path, text in site.texts.items() for m in re.finditer(rf"\b{old}\b", text)]
    calls = [place for place in places if place != (site.path, found.start(found.lastindex))]
    if not calls or len(places) > 25 or old.startswith("__"):
        return None
    forgotten = site.rng.choice(calls)
    changed = {}
    for path, text in site.texts.items():
        here = [at for p, at in places if p == path and (p, at) != forgotten]
        for at in reversed(here):
            text = text[:at] + new + text[at + len(old):]
        if here:
            changed[path] = text
    site.meant = {path: re.sub(rf"\b{old}\b", new, text) for path, text in site.texts.items() if re.search(rf"\b{old}\b", text)}
    return changed


@kind("unused-import", ("python", "rust", "go", "typescript"))
def unused_import(site):
    line = {"python": ["import json\n", "import textwrap\n", "from collections import OrderedDict\n"], "rust": ["use std::rc::Rc;\n", "use std::collections::HashMap;\n"],
            "go": ['\t"bytes"\n', '\t"strings"\n', '\t"sort"\n']}.get(site.language)
    anchor = re.search({"python": r"^(?:import|from) ", "rust": r"^use ", "go": r'^\t"'}.get(site.language, "^$"), site.text, re.M)
    line = site.choose(line or [])
    if not anchor or not line or line.split()[-1].strip('";') in site.text:
        return None
    return site.put(anchor.start(), anchor.start(), line)


@kind("unused-variable", ("go", "rust", "javascript"))
def unused_variable(site):
    opens = re.finditer({"go": r"^func [^\n]*\{\n", "rust": r"^[ ]*(?:pub )?fn [^\n]*\{\n", "javascript": r"^(?:async )?function [^\n]*\{\n"}[site.language], site.text, re.M)
    found = site.choose(opens)
    indent = site.text[found.end():].split(site.text[found.end():].lstrip())[0] if found else ""
    line = {"go": "unused := 1", "rust": "let unused = 1;", "javascript": "const unused = 1"}[site.language]
    return found and site.put(found.end(), found.end(), f"{indent}{line}\n")


@kind("lint", ("python", "rust", "javascript"))
def lint(site):
    options = {
        "python": [(r" is None\b", " == None"), (r"\bif (\w+) not in ", r"if not \1 in "), (r"^(\s+)(\w+) = (\w+)\n", r"\1\2 = \3;\n")],
        "rust": [(r"^( +)(\w+)\n(?= *}\n)", r"\1return \2;\n"), (r"\.is_empty\(\)", ".len() == 0"), (r"\blet mut (\w+) = ", r"let mut \1: _ = ")],
        "javascript": [(r" === ", " == "), (r"\bconst (?=\w+ = )", "let "), (r" !== ", " != ")],
    }[site.language]
    pattern, new = site.choose(options)
    found = site.choose(re.finditer(pattern, site.text, re.M))
    return found and site.put(found.start(), found.end(), found.expand(new))


def parts_code(tokens, match):
    """Whether a match touches code on both its sides, and no text."""
    inside = any(t.kind == "string" and t.start < match.end() and match.start() < t.end for t in tokens)
    before = any(t.end == match.start() or t.start <= match.start() < t.end for t in tokens)
    after = any(t.start == match.end() or t.start < match.end() <= t.end for t in tokens)
    blank = not match[0].strip()
    return not inside and (after or before) and (before or after if blank else before and after)


@kind("format")
def wrong_format(site):
    """Layout alone: no formatter knows how a comment or a text was written."""
    options = [(r"^([ \t]+)(?=\w)", r"\1 "), (r", ", ","), (r" = ", "="), (r"\n\n", "\n\n\n\n"), (r" \{\n", "{\n"), (r"\(", "( ")]
    new = site.text
    for pattern, to in site.rng.sample(options, 3):
        tokens = code(site.language, new)
        found = [m for m in re.finditer(pattern, new, re.M) if parts_code(tokens, m)]
        spot = site.choose(found)
        if spot:
            new = new[:spot.start()] + spot.expand(to) + new[spot.end():]
    return {site.path: new}


@kind("conflict")
def conflict(site):
    """Markers of a merge left behind: both sides stand there, and one of them is as it was."""
    lines = site.text.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines[:-3]) if line.strip() and re.search(r"\w{5,}", line)]
    at = site.choose(starts)
    if at is None:
        return None
    size = site.rng.choice([1, 1, 2, 3])
    own = "".join(lines[at:at + size])
    words = re.findall(r"\b[a-z]\w{4,}\b", own)
    word = site.choose(words)
    other = own.replace(word, misspell(site.rng, word), 1) if word and site.rng.random() < 0.6 else ""
    sides = [own, other] if site.rng.random() < 0.5 else [other, own]
    block = f"<<<<<<< HEAD\n{sides[0]}=======\n{sides[1]}>>>>>>> feature\n"
    return {site.path: "".join(lines[:at]) + block + "".join(lines[at + size:])}


@kind("config", ("python", "javascript", "typescript", "rust"))
def config(site):
    names = {"python": ["ruff.toml", "pyproject.toml"], "rust": ["Cargo.toml"]}.get(site.language, ["package.json", "tsconfig.json"])
    present = [n for n in names if (site.root / n).exists()]
    path = site.choose(present)
    if not path:
        return None
    text = (site.root / path).read_text()
    breaks = [(r'",\n', '"\n'), (r'"\n', '\n'), (r'": ', '" '), (r"\]\n", "\n"), (r"\},?\n", "\n"), (r'"\n(?=\s*[}\]])', '",,\n')]
    if path.endswith(".toml"):
        breaks = [(r'"\n', "\n"), (r"\]\n", "\n"), (r' = "', ' = '), (r" = ", " "), (r'",\n', '"\n')]
    pattern, new = site.choose(breaks)
    found = site.choose(re.finditer(pattern, text))
    if not found:
        return None
    broken = text[:found.start()] + new + text[found.end():]
    try:
        if path.endswith(".json"):
            json.loads(broken)
            return None
    except ValueError:
        pass
    return {path: broken}


@kind("manifest", ("rust", "go"))
def manifest(site):
    """The manifest loses a dependency that the code uses."""
    path = {"rust": "Cargo.toml", "go": "go.mod"}[site.language]
    text = (site.root / path).read_text() if (site.root / path).exists() else ""
    pattern = {"rust": r"^\[(?:dev-)?dependencies\.[\w-]+\]\n(?:[^\[\n][^\n]*\n)+", "go": r"^(?:require |\t)[\w./-]+ v[^\n]+\n"}[site.language]
    found = site.choose(re.finditer(pattern, text, re.M))
    return found and {path: text[:found.start()] + text[found.end():]}


for _name, _languages in REWRITES.items():
    kind(_name, tuple(_languages))(rewrite(_name))
