"""A rough lexer for six languages: enough to break code at a token of a given kind."""

import re
from dataclasses import dataclass

STRING = r'"(?:\\.|[^"\\\n])*"'
TICK = r"'(?:\\.|[^'\\\n])*'"
PATTERNS = {
    "python": [("comment", r"#[^\n]*"), ("string", r'(?i:[rbfu]{0,2})(?:"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\')'),
               ("string", r"(?i:[rbfu]{0,2})(?:" + STRING + "|" + TICK + ")")],
    "javascript": [("comment", r"//[^\n]*|/\*[\s\S]*?\*/"), ("string", STRING + "|" + TICK + r"|`(?:\\.|[^`\\])*`"),
                   ("regex", r"(?<=[(,=:!&|?\n])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+/[a-z]*")],
    "rust": [("comment", r"//[^\n]*|/\*[\s\S]*?\*/"), ("string", r'b?r#"[\s\S]*?"#|b?' + STRING.replace(r"\n", "")),
             ("string", r"b?'(?:\\[^'\n]+|[^'\\\n])'"), ("lifetime", r"'[a-z_]\w*")],
    "go": [("comment", r"//[^\n]*|/\*[\s\S]*?\*/"), ("string", STRING + "|" + TICK + r"|`[^`]*`")],
    "java": [("comment", r"//[^\n]*|/\*[\s\S]*?\*/"), ("string", STRING + "|" + TICK)],
}
PATTERNS["typescript"] = PATTERNS["javascript"]
PATTERNS["c"] = [("comment", PATTERNS["java"][0][1]), ("directive", r"(?m:^)[ \t]*#(?:\\\n|[^\n])*"), PATTERNS["java"][1]]
COMMON = [("number", r"\b\d[\w.]*"), ("name", r"[A-Za-z_$][\w$]*"), ("newline", r"\n"),
          ("punct", r"=>|->|::|:=|==|!=|<=|>=|&&|\|\||\.\.\.|[^\s\w]")]

KEYWORDS = {
    "python": "def class return import from raise yield while for elif else except lambda assert with pass continue",
    "javascript": "function const return require throw while switch typeof new var let case break continue else",
    "typescript": "function const return import export throw while typeof interface type extends new let",
    "rust": "fn let mut pub impl struct match return where while else use enum trait for",
    "go": "func return package import type struct range switch var const else for interface",
    "java": "public private static final return class import package throw extends implements while new void else",
    "c": "static return while switch struct void unsigned typedef else break int case",
}
# Names that are no use of anything that could be misspelt with a clear meaning.
WORDS = set("self cls this super true false null None True False undefined nil iota".split())
ALL_KEYWORDS = {language: set(words.split()) for language, words in KEYWORDS.items()}
for _extra in ["javascript", "typescript"]:
    ALL_KEYWORDS[_extra] |= set("if in of do try catch finally async await default class export import from "
                                "delete void instanceof yield static get set as is keyof infer readonly any string "
                                "number boolean never unknown object symbol private public protected declare "
                                "namespace enum abstract satisfies".split())
ALL_KEYWORDS["python"] |= set("if in is not and or try finally as async await del global nonlocal break".split())
ALL_KEYWORDS["rust"] |= set("if in as mod crate ref move loop unsafe dyn const static type break continue async "
                            "await Self extern".split())
ALL_KEYWORDS["go"] |= set("if map chan go defer select case default break continue fallthrough goto".split())
ALL_KEYWORDS["java"] |= set("if for do try catch finally int long double float boolean char byte short this switch "
                            "case default break continue protected abstract interface enum instanceof throws "
                            "synchronized transient volatile native assert".split())
ALL_KEYWORDS["c"] |= set("if for do goto sizeof const char long short double float signed extern register inline "
                         "default continue enum union volatile".split())


@dataclass(frozen=True)
class Token:
    kind: str
    start: int
    end: int
    text: str


def tokens(language, text):
    parts = [f"(?P<k{i}>{pattern})" for i, (_, pattern) in enumerate(PATTERNS[language] + COMMON)]
    kinds = [kind for kind, _ in PATTERNS[language] + COMMON]
    found = []
    for match in re.finditer("|".join(parts), text):
        kind = kinds[int(match.lastgroup[1:])]
        if kind == "name" and match.group() in ALL_KEYWORDS[language]:
            kind = "keyword"
        found.append(Token(kind, match.start(), match.end(), match.group()))
    return found


def code(language, text):
    """Tokens without comments and line ends."""
    return [token for token in tokens(language, text) if token.kind not in ("comment", "newline")]


def misspell(rng, word):
    """One slip of the fingers behind the first letter: swapped, lost, doubled or struck beside."""
    letters = [i for i in range(1, len(word)) if word[i].isalpha()]
    for _ in range(20):
        at = rng.choice(letters)
        slip = rng.randrange(4)
        if slip == 0 and at + 1 < len(word):
            new = word[:at] + word[at + 1] + word[at] + word[at + 2:]
        elif slip == 1:
            new = word[:at] + word[at + 1:]
        elif slip == 2:
            new = word[:at] + word[at] + word[at:]
        else:
            new = word[:at] + beside(rng, word[at]) + word[at + 1:]
        if new != word and new.isidentifier():
            return new
    return word + word[-1]


def beside(rng, letter):
    rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm"]
    row = next((row for row in rows if letter.lower() in row), rows[1])
    at = row.find(letter.lower())
    near = [row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)]
    new = rng.choice(near)
    return new.upper() if letter.isupper() else new
