"""Breaks that one pattern tells: what people and models write where another word, mark or line is meant.

To add one: a row in `REWRITES`, or a language in a row. A pattern is applied once, to code that is no comment or text.
"""

import re

NAME = r"[A-Za-z_]\w*"
FAMILY = ("javascript", "typescript")

# kind → (languages → patterns and what each becomes)
REWRITES = {
    "import-part": {
        "javascript": [(r"(?<=const \{ )\w+, |, \w+(?= \} = require)", "")],
        "typescript": [(r"(?<=import \{ )\w+, |, \w+(?= \} from)|(?<=^  )\w+,\n  (?=\w+,?\n(?:  \w+,?\n)*\} from)", "")],
        "rust": [(r"(?<=::\{)\w+, |, \w+(?=\};)", "")],
        "python": [(r"(?<=import )\w+, (?=\w)", "")],
    },
    "equals": {
        "c": [(r"(?<=[\w)\]]) == (?=[\w(*])", " = ")], "java": [(r" == ", " = ")], "rust": [(r" == ", " = ")],
        "go": [(r" == ", " = ")], "python": [(r" == ", " = ")], "typescript": [(r" ===? ", " = ")], "javascript": [(r" ===? ", " = ")],
    },
    "mutable": {
        "rust": [(r"\blet mut ", "let "), (r"&mut (?=\w)", "&"), (r"(?<=\()&mut self", "&self"), (r"(?<=\()mut (?=\w+: )", "")],
        "javascript": [(r"\blet (?=\w+ = )", "const ")], "typescript": [(r"\blet (?=\w+ = )", "const ")],
        "java": [(rf"(?<=^        )(?=(?:int|String|boolean|long) {NAME} = )", "final ")],
    },
    "borrow": {"rust": [(r"(?<=[(,] )&(?=\w)|(?<=\()&(?=\w)", ""), (r"\.clone\(\)|\.to_owned\(\)|\.to_string\(\)|\.as_ref\(\)|\.iter\(\)", ""),
                        (r"(?<=[ (])\*(?=\w)", ""), (r"(?<=: )&(?:'\w+ )?(?=\w)", "")]},
    "result": {"rust": [(r"(?<=\))\?(?=[;.)])", ""), (r"(?:Ok|Some)\(([^()\n]+)\)$", r"\1"), (r"(?<=[\w)])$(?=\n *\}\n)", ";"),
                        (r"(?<=[a-z])!(?=\()", ""), (r"\.unwrap\(\)", "")]},
    "attribute": {"rust": [(r"(?<=derive\()\w+, |, \w+(?=\)\])", ""), (r"^ *#\[[^\n]+\]\n", "")],
                  "java": [(r"^ *@SuppressWarnings[^\n]+\n", "")]},
    "wrong-type": {
        "rust": [(r"(?<=: )usize\b", "u32"), (r"(?<=: )&str\b", "String"), (r"(?<=-> )usize\b", "i32"), (r"(?<=-> )String\b", "&str"), (r"(?<=-> )bool\b", "()")],
        "java": [(r"\bint (?=\w+ = )", "String "), (r"\bString (?=\w+ = )", "int "), (r"\bboolean (?=\w+\()", "void "), (r"\bchar (?=\w+ = )", "String ")],
        "go": [(r"(?<= )int\b", "string"), (r"(?<= )string\b", "int"), (r"(?<= )int\b", "int64"), (r"(?<=\) )bool\b", "int")],
        "typescript": [(r"(?<=: )number\b", "string"), (r"(?<=: )string\b", "number"), (r"(?<=: )boolean\b", "string")],
        "c": [(r"^(?:static )?(int|unsigned)(?= \w+ \()", "void"), (r"\bchar (?=\*)", "int "), (r"\bint (?=\w+;)", "char *")],
    },
    "word": {
        "java": [(r"\bboolean\b", "bool"), (r"\bString\b", "string"), (r"\bnull\b", "None"), (r"\belse if\b", "elif"), (r" && ", " and "), (r"\bthis\.", "self.")],
        "javascript": [(r"\bnull\b", "None"), (r"\belse if\b", "elif"), (r" && ", " and "), (r"\bthis\.", "self."), (r"\btrue\b", "True"), (r"\bthrow new ", "raise ")],
        "typescript": [(r"\bnull\b", "nil"), (r"\belse if\b", "elif"), (r"\bboolean\b", "bool"), (r"(?<=: )string\b", "str"), (r" && ", " and "), (r"(?<=: )number\b", "int")],
        "rust": [(r"\belse if\b", "elif"), (r" && ", " and "), (r"\bNone\b", "null"), (r"\btrue\b", "True"), (r"\bself\.", "this."), (r"\bfn ", "func ")],
        "c": [(r"\bNULL\b", "null"), (r" && ", " and "), (r"\belse if\b", "elif"), (r"\bunsigned char\b", "byte"), (r"\bTrue\b", "true")],
        "go": [(r"\bnil\b", "null"), (r"\belse if\b", "elif"), (r" && ", " and "), (r"\bfunc ", "function "), (r"\bfor (?=\w+ [<>!=])", "while ")],
        "python": [(r"\bNone\b", "null"), (r"\belif\b", "else if"), (r" and ", " && "), (r"\bTrue\b", "true"), (r"\bself\.", "this."), (r"\bnot (?=\w)", "!")],
    },
    "mark": {
        "rust": [(r"=>", "->"), (r"->", "=>"), (r"::(?=\w)", "."), (r"::(?=\w)", ":"), (r"(?<=\w): (?=[&\w])", " "), (r"\|(\w+)\| ", r"(\1) => ")],
        "javascript": [(r"=>", "->"), (r"=>", "="), (r"(?<=\w): ", " = "), (r"\|\|", "|")], "typescript": [(r"=>", "->"), (r"=>", ""), (r"(?<=\w): ", " "), (r"\?: ", ": ")],
        "java": [(r"->", "=>"), (r"(?<=\w)\.(?=\w)", ":"), (r"(?<=for \()([^:;\n]+) : ", r"\1 in "), (r"::", ".")],
        "c": [(r"->", "."), (r"(?<=\w)\.(?=\w)", "->"), (r"(?<=[(,= ])&(?=\w)", ""), (r"(?<=[(,= ])\*(?=\w)", "")],
        "go": [(r" := ", " = "), (r"(?<!:)(?<=\w) = ", " := "), (r"(?<=[ (])&(?=\w)", ""), (r"(?<=[ (\]])\*(?=[A-Z\w])", "")],
        "python": [(r"->", "=>"), (r" = ", " := ")],
    },
    "doubled": {language: [(r"(?<=\w)([,.;:])(?=[ \n\w])", r"\1\1")] for language in ("rust", "java", "c", "javascript", "typescript", "go", "python")},
    "other-bracket": {language: [(r"\((?=\w)", "["), (r"(?<=\w)\)", "]"), (r"(?<=\w)\]", ")"), (r"(?<= )\{(?=\n)", "("), (r"(?<=[\w)])\)", "}")]
                      for language in ("rust", "java", "c", "javascript", "typescript", "go", "python")},
    "twice": {"javascript": [(r"^( *(?:const|let) \w+ = [^\n{(]+\n)", r"\1\1")], "typescript": [(r"^( *(?:const|let) \w+ = [^\n{(]+\n|import [^\n]+;\n)", r"\1\1")],
              "java": [(r"^( *(?:int|String|boolean|final int) \w+ = [^\n]+;\r?\n)", r"\1\1"), (r"^( *return [^\n;]+;\r?\n)", r"\1\1")],
              "c": [(r"^( +\w+ +\w+ = [^\n]+;\n)", r"\1\1")], "go": [(r"^(\t\w+ := [^\n]+[^{(\n]\n)", r"\1\1")],
              "rust": [(r"^( *use [^\n]+;\n)", r"\1\1"), (r"^( *(?:pub )?fn [^\n]+\{\n)", r"\1\1")]},
    "declaration": {"c": [(r"^ +(?:int|char|unsigned|Int32|UInt32|UChar|size_t|long)\s+\*?\w+;\n", "")], "java": [(rf"(?<=^        )(?:int|String|boolean|char) (?={NAME} = )", "")],
                    "javascript": [(r"\b(?:const|let|var) (?=\w+ = )", "")], "typescript": [(r"\b(?:const|let) (?=\w+ = )", "")],
                    "rust": [(r"\blet (?:mut )?(?=\w+ = )", "")], "go": [(r"^\tvar \w+ [^\n=]+\n", ""), (r" := ", " = ")]},
    "parameter": {language: [(rf"^([^\n]*\b(?:{words})[ *]\*?\w+ ?\([^()\n]+), [^,()\n]+(?=\)[^;\n]*\{{)", r"\1")]
                  for language, words in {"c": "int|void|char|size_t", "java": "int|void|String|boolean|static [\\w<>]+", "javascript": "function",
                                          "typescript": "function|const", "rust": "fn", "go": "func"}.items()},
    "swapped": {language: [(r"(?<=[a-z])\((\w+), ([\w.]+)\)(?= *[;)\n,.])", r"(\2, \1)")] for language in ("java", "rust", "go", "typescript", "c")},
    "new": {language: [(r"\bnew (?=[A-Z])", "")] for language in ("java", "javascript", "typescript")},
    "this": {language: [(r"\bthis\.(?=\w)", "")] for language in FAMILY} | {"rust": [(r"\bself\.(?=\w)", ""), (r"\bSelf::", ""), (r"(?<=\()&self(?=[,)])(?:, )?", "")],
                                                                            "go": [(r"(?<=[ (!])[a-z]\.(?=[a-z]\w+)", "")]},
    "letter-case": {language: [(r"\b(?=[a-z]+[A-Z])(\w)(\w*?)([A-Z])", lambda m: m[1] + m[2] + m[3].lower()),
                               (r"\b([A-Z])(?=[a-z]+\w*[.(<:])", lambda m: m[1].lower())] for language in ("java", "javascript", "typescript", "rust", "go")},
    "type-argument": {"java": [(r"(?<=[a-z])<\w+>(?= \w+ [=;:])", ""), (r"(?<=[a-z])<(\w+)>", r"[\1]")], "rust": [(r"(?<=[a-z])<[\w' ]+>", "")],
                      "typescript": [(r"(?<=[a-z])<\w+>", ""), (r"(?<=\w)\[\](?=[,;)\n ])", "")]},
    "modifier": {"java": [(r"\bstatic (?=[\w<])", ""), (r"\bpublic (?=[\w<])", "private "), (r"\bprotected ", "private "), (r"\babstract ", ""), (r"\bvoid (?=\w+\()", "")],
                 "typescript": [(r"\bexport (?=const|type|interface|function)", ""), (r"\breadonly ", ""), (r"(?<=\) )=> (?=\{)", "")],
                 "rust": [(r"\bpub(?:\(crate\))? (?=\w+: |fn |struct |mod |const )", ""), (r"\bunsafe (?=\{)", ""), (r"\bconst (?=[A-Z]\w+: )", "let "), (r"\bdyn ", "")],
                 "c": [(r"^static ", ""), (r"\bconst (?=\w+ *\*)", ""), (r"\bunsigned ", ""), (r"\bstruct (?=\w+ )", "")]},
    "cast": {"java": [(r"\((?:int|long|char|String|byte|short)\) (?=[\w(])", "")], "go": [(r"\b(?:u?int(?:8|16|32|64)?|string|float64|byte)\(([\w.]+)\)", r"\1")],
             "typescript": [(r" as [\w.]+(?:<\w+>)?(?=[;,)\n])", ""), (r"(?<=\w)!(?=[.;,)])", ""), (r"\?\.", ".")], "rust": [(r" as (?:usize|u8|u32|u64|i32|char)\b", ""), (r"\.into\(\)", "")]},
    "unchecked": {"go": [(r"^\t+if err != nil \{\n[^\n]+\n\t+\}\n", ""), (r", err :?= ", " := "), (r"(?<=[\w)])\.(?:Error|String)\(\)", "")]},
    "prototype": {"c": [(r"^(?:static |extern )?\w+ \*?\w+ \([^()\n]*\);\n", ""), (r"^(?:static |LZ4_FORCE_INLINE )?\w+ \*?\w+\([^()\n]*\);\n", "")]},
    "lost-return": {language: [(r"(?<=^)([ \t]+)return (?=[^\n]+\n[ \t]*\})", r"\1")] for language in FAMILY + ("c", "python", "java", "rust", "go")},
    "comment": {language: [(r"\*/", ""), (r"^([ \t]*)// (?=\w)", r"\1/ "), (r"^([ \t]*)// (?=\w)", r"\1")] for language in ("java", "c", "javascript", "typescript", "rust", "go")}
               | {"python": [(r"^( *)# (?=\w)", r"\1")]},
    "template": {language: [(r"\$\{(\w+)\}", r"{\1}"), (r"\}`", "`"), (r"`(?=[^`\n]*\$\{)([^`\n]*)`", r"'\1'")] for language in FAMILY},
    # What stands between the tags of JSX, and the attributes in them.
    "tag": {"typescript": [(r"(?<=</)(\w)(\w+)", r"\1\2\2"), (r"<(\w+)(?= [\w]+=)", lambda m: "<" + m[1][:-1]), (r"^ *</\w+>\n", ""), (r"</\w+>(?=\n)", ""),
                           (r" />", ">"), (r"(?<=\w)>(?=\n)", ""), (r"</(?=\w)", "<")]},
    "tag-attribute": {"typescript": [(r"(?<= )(\w+)(\w)(?==[{\"])", r"\1"), (r"\bclassName=", "class="), (r"(?<=\w)=(?=[{\"])", ""), (r"(?<==)\{([\w.]+)\}", r"\1"),
                                     (r"(?<==)\{([\w.]+)\}", r'"\1"'), (r" on([A-Z])(?=\w+=)", lambda m: " on" + m[1].lower()), (r"(?<=[ >(])\{(?=[\w.]+\})", ""),
                                     (r"^ +\w+=[{\"][\w. ]+[}\"]\n", ""), (r" \w+=[{\"][\w. ]+[}\"](?=[ >])", "")]},
}
IN_TEXTS = ("comment", "template")


def rewrite(kind):
    def broken(site):
        options = list(REWRITES[kind][site.language])
        site.rng.shuffle(options)
        for pattern, new in options:
            spot = site.choose(m for m in re.finditer(pattern, site.text, re.M) if kind in IN_TEXTS or in_code(site.tokens, m))
            if spot:
                return site.put(spot.start(), spot.end(), new(spot) if callable(new) else spot.expand(new))
        return None
    return broken


def in_code(tokens, match):
    """Whether a match begins at code, and not within a text."""
    end = max(match.end(), match.start() + 1)
    here = [t for t in tokens if t.start < end and match.start() < t.end]
    return (bool(here) or match.start() == match.end()) and (not here or here[0].kind not in ("string", "regex", "directive"))
