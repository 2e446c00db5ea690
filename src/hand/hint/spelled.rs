//! Broken → fixed, with the words of the real tools: Go, Java, merge markers, data files, linters. The first offer is
//! the repair.

use super::Hint;
use crate::hand::testing::{Shop, after};

/// The kit's classes, and what `String` has.
fn sh(arguments: &[String], _: &str) -> (i32, String) {
    let members = "public class java.lang.String {\n  public int length();\n  public char charAt(int);\n}\n";
    let asked =
        if arguments[1].contains("jimage") { "    java/util/List.class\n    java/util/Map.class\n" } else { members };
    (0, asked.to_owned())
}

fn go(arguments: &[String], _: &str) -> (i32, String) {
    let said = match arguments[0].as_str() {
        "list" => "encoding/json\nmath\nmath/rand\nos\nstrings\n",
        "doc" => "func Exit(code int)\nfunc Getenv(key string) string\n",
        _ => "",
    };
    (0, said.to_owned())
}

fn first(path: &str, text: &str, log: &str) -> String {
    let shop = Shop::new(&[(path, text)]).with("sh", sh).with("javac", sh).with("go", go);
    let offers = shop.offers(&Hint, "the failing command", log, &[]);
    offers.first().map(|offer| after(offer).to_owned()).unwrap_or_default()
}

struct Case {
    path: &'static str,
    text: &'static str,
    log: &'static str,
    wrong: &'static str,
    right: &'static str,
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    Case { path: "a.go", text: "package a\n\nimport \"mah\"\n\nvar X = math.Pi\n", log: "a.go:3:8: package mah is not in std (/usr/lib/go/src/mah)", wrong: "\"mah\"", right: "\"math\"" },
    Case { path: "a.go", text: "package a\n\nimport (\n\t\"os\"\n\t\"strings\"\n)\n\nfunc f() { os.Exit(1) }\n", log: "./a.go:5:2: \"strings\" imported and not used", wrong: "\t\"strings\"\n", right: "" },
    Case { path: "a.go", text: "package a\n\nfunc f() {\n\tx := 1\n}\n", log: "./a.go:4:2: declared and not used: x", wrong: "\tx := 1\n", right: "" },
    Case { path: "a.go", text: "package a\n\nfunc f(n int) int {\n\tn + 1\n}\n", log: "./a.go:4:2: n + 1 (value of type int) is not used\n./a.go:5:1: missing return", wrong: "\tn + 1", right: "\treturn n + 1" },
    Case { path: "a.go", text: "package a\n\nfunc f(xs []int) (int, error) {\n\ttotal := 0\n\tfor _, x := range xs {\n\t\ttotal += x\n\t}\n}\n", log: "./a.go:8:1: missing return", wrong: "\t}\n}", right: "\t}\n\treturn total, nil\n}" },
    Case { path: "a.go", text: "package a\n\nfunc open(n int) int { return n }\n", log: "./a.go:1:1: undefined: a.Open", wrong: "open", right: "Open" },
    Case { path: "a.go", text: "package a\n\nfunc f(xs []int) error {\n\tfor range xs {\n\t\tg()\n\t}\n}\n", log: "./a.go:7:1: missing return", wrong: "\t}\n}", right: "\t}\n\treturn nil\n}" },
    Case { path: "A.java", text: "class A {\n    int f(int[] xs) {\n        int total = 0;\n        for (int x : xs) {\n            total += x;\n        }\n    }\n}\n", log: "A.java:7: error: missing return statement\n    }\n    ^\n1 error", wrong: "        }\n    }", right: "        }\n        return total;\n    }" },
    Case { path: "a.ts", text: "function f(xs: number[]): number {\n  let total = 0;\n  for (const x of xs) {\n    total += x;\n  }\n}\n", log: "a.ts(1,27): error TS2355: A function whose declared type is neither 'undefined', 'void', nor 'any' must return a value.", wrong: "  }\n}", right: "  }\n  return total;\n}" },
    Case { path: "a.go", text: "package a\n\nimport \"os\"\n\nfunc f() { os.Exitt(1) }\n", log: "./a.go:5:15: undefined: os.Exitt", wrong: "Exitt", right: "Exit" },
    Case { path: "a.go", text: "package a\n\nfunc f(count int) int { return cuont }\n", log: "./a.go:3:32: undefined: cuont", wrong: "cuont", right: "count" },
    Case { path: "a.go", text: "package a\n\nfunc g(n int, deep bool) {}\n\nfunc f(deep bool) { g(1) }\n", log: "./a.go:5:24: not enough arguments in call to g\n\thave (number)\n\twant (int, bool)", wrong: "g(1)", right: "g(1, deep)" },
    Case { path: "A.java", text: "class A {\n    int at;\n    int[] all;\n    int next() {\n        all[at++];\n    }\n}\n", log: "A.java:5: error: not a statement\n        all[at++];\n           ^\n1 error", wrong: "all[at++]", right: "return all[at++]" },
    Case { path: "A.java", text: "class A {\n  int f(String a) { return a.lenght(); }\n}\n", log: "A.java:2: error: cannot find symbol\n  int f(String a) { return a.lenght(); }\n                            ^\n  symbol:   method lenght()\n  location: variable a of type String\n1 error", wrong: "lenght", right: "length" },
    Case { path: "A.java", text: "class A {\n  List<String> all;\n}\n", log: "A.java:2: error: cannot find symbol\n  List<String> all;\n  ^\n  symbol:   class List\n  location: class A\n1 error", wrong: "class A", right: "import java.util.List;\n\nclass A" },
    Case { path: "A.java", text: "import java.utl.List;\n\nclass A {\n  List<String> all;\n}\n", log: "[ERROR] /repo/A.java:[1,16] package java.utl does not exist", wrong: "java.utl", right: "java.util" },
    Case { path: "A.java", text: "class A {\n  void f() {\n    g()\n  }\n  void g() {}\n}\n", log: "A.java:3: error: ';' expected\n    g()\n       ^\n1 error", wrong: "    g()\n", right: "    g();\n" },
    Case { path: "A.java", text: "class A {\n  void f() {\n    throw new Exception(\"x\");\n  }\n}\n", log: "A.java:3: error: unreported exception Exception; must be caught or declared to be thrown\n    throw new Exception(\"x\");\n    ^\n1 error", wrong: "f() {", right: "f() throws Exception {" },
    Case { path: "A.java", text: "class A {\n  private int b() { return 1; }\n}\nclass C {\n  int d(A a) { return a.b(); }\n}\n", log: "A.java:5: error: b() has private access in A\n  int d(A a) { return a.b(); }\n                       ^\n1 error", wrong: "private int b", right: "public int b" },
    Case { path: "a.js", text: "function f(a) {\n  return a == 1\n}\n", log: "\n/repo/a.js\n  2:12  error  Expected '===' and instead saw '=='  eqeqeq\n", wrong: "==", right: "===" },
    Case { path: "a.ts", text: "export function ask(a: number): number;\nexport function asked(a: number): number {\n  return a;\n}\n", log: "a.ts(2,17): error TS2389: Function implementation name must be 'ask'.\n", wrong: "asked", right: "ask" },
    Case { path: "lib/a.js", text: "const f = ({ all }) => {\n  for (const { product quantity } of all) {\n    product(quantity)\n  }\n}\n", log: "\n Exception during run: /repo/lib/a.js:2\n  for (const { product quantity } of all) {\n                       ^^^^^^^^\n\nSyntaxError: Unexpected identifier 'quantity'\n    at wrapSafe (node:internal/modules/cjs/loader:1464:18)\n", wrong: "product q", right: "product, q" },
    Case { path: "src/lib.rs", text: "some! {\n    1 2;\n}\n", log: "error: no rules expected `;`\n --> src/lib.rs:2:8\n  |\n2 |     1 2;\n  |        ^ no rules expected this token in macro call\n", wrong: "2;", right: "2" },
    Case { path: "a.go", text: "package a\n\nvar (\n\tx = 1\n)\n\nvar (\n\tw = 1\n)\n\nvarr y = map[string]int{\n\t\"a\": x,\n}\n\nfunc f() int {\n\tvar z int\n\treturn z\n}\n", log: "# a\n./a.go:11:1: syntax error: non-declaration statement outside function body\n", wrong: "varr", right: "var" },
    Case { path: "a.ts", text: "type A = {\n  p: string | bool;\n};\n", log: "a.ts(2,15): error TS2304: Cannot find name 'bool'.\n", wrong: "bool", right: "boolean" },
    Case { path: "src/lib.rs", text: "fn f(map: &[u8]) -> usize {\n    for i in 0..3 {\n        if map[i] == 1 || map[i] == 2 {{\n            return i;\n        }\n    }\n    0\n}\n", log: "error: this file contains an unclosed delimiter\n --> src/lib.rs:8:3\n  |\n1 | fn f(map: &[u8]) -> usize {\n  |                           - unclosed delimiter\n3 |         if map[i] == 1 || map[i] == 2 {{\n  |                                        - this delimiter might not be properly closed...\n6 |     }\n  |     - ...as it matches this but it has different indentation\n8 | }\n  |  ^\n", wrong: "{{", right: "{" },
    Case { path: "a.go", text: "package a\n\nimport \"bytes\"\n\nfunc f(buf *bytes.Buffer) string {\n\treturn buf\n}\n", log: "./a.go:6:9: cannot use buf (variable of type *bytes.Buffer) as string value in return statement\n", wrong: "return buf", right: "return buf.String()" },
    Case { path: "a.go", text: "package a\n\nfunc f(p string) (*R, error) {\n\tvar err error\n\tr := compile(p)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\treturn r, nil\n}\n", log: "./a.go:5:7: assignment mismatch: 1 variable but compile returns 2 values\n", wrong: "r := c", right: "r, err := c" },
    Case { path: "lib.rs", text: "fn f() {\n    g(a, upper |f| f.b(), c)\n}\n", log: "error[E0369]: no implementation for `fn(&str) {upper} | &mut F`\n --> lib.rs:2:16\n  |\n2 |     g(a, upper |f| f.b(), c)\n  |          ----- ^- &mut F\n", wrong: "upper |", right: "upper, |" },
    Case { path: "index.js", text: "function emit (warning) {\n  warning.eitted = true\n}\nmodule.exports = { emit, read: (warning) => warning.emitted }\n", log: "/repo/index.js:4\nAssertionError: The expression evaluated to a falsy value:\n\n  t.assert.ok(warning.emitted)\n\n    at emit (/repo/index.js:2:3)\n", wrong: "eitted", right: "emitted" },
    Case { path: "src/heap.ts", text: "function f(a: number, b: number) {\n  if (a > 0 and b > 0) {\n    return a;\n  }\n}\n", log: " FAIL  tests/heap.test.ts [ tests/heap.test.ts ]\nError: Transform failed with 1 error:\n/repo/src/heap.ts:2:12: ERROR: Expected \")\" but found \"and\"\n  Plugin: vite:esbuild\n  File: /repo/src/heap.ts:2:12\n", wrong: "and", right: "&&" },
    Case { path: "a.c", text: "int a;\n<<<<<<< HEAD\nint b = a;\n=======\nint b = aa;\n>>>>>>> topic\n", log: "a.c:2:1: error: expected identifier or '(' before '<<' token", wrong: "<<<<<<< HEAD\nint b = a;\n=======\nint b = aa;\n>>>>>>> topic\n", right: "int b = a;\n" },
    Case { path: "a.go", text: "package a\n\nfunc f(n int) {\n\twhile n > 10 {\n\t}\n}\n", log: "./a.go:4:8: syntax error: unexpected name n at end of statement", wrong: "while", right: "for" },
    Case { path: "A.java", text: "class A {\n  bool f() {\n    return true;\n  }\n}\n", log: "A.java:2: error: cannot find symbol\n  bool f() {\n  ^\n  symbol:   class bool\n  location: class A\n1 error", wrong: "bool", right: "boolean" },
    Case { path: "m.py", text: "def g(a: A, b: B, c: C, d: D, e: E):\n    return a\n\n\ndef f(xs, plugin):\n    for i, method in enumerate(xs):\n        if method.plugin == plugin\n            del xs[i]\n            return\n    raise ValueError(f\"{plugin!r} not found\")\n", log: "  File \"/repo/m.py\", line 7\n    if method.plugin == plugin\n                              ^\nSyntaxError: expected ':'\n", wrong: "plugin\n ", right: "plugin:\n " },
    Case { path: "a.ts", text: "function f(g: (t: string) => void, t: string) {\n  g((t.trim());\n  g(t);\n}\n", log: "a.ts(2,15): error TS1005: ')' expected.\n", wrong: "((", right: "(" },
    Case { path: "A.java", text: "class A {\n    boolean f( Path path  {\n        return g( path );\n    }\n}\n", log: "A.java:2: error: ',', ')', or '[' expected\n    boolean f( Path path  {\n                         ^\n1 error", wrong: "path  {", right: "path ) {" },
    Case { path: "lib.rs", text: "fn f(a: u8) -> Result<(), E> {\n    if a > 1 {\n        Err(E::A);\n    }\n    Ok(())\n}\n", log: "error[E0282]: type annotations needed\n --> lib.rs:3:9\n  |\n3 |         Err(E::A);\n  |         ^^^ cannot infer type of the type parameter `T` declared on the enum `Result`\n", wrong: "Err(E", right: "return Err(E" },
    Case { path: "m.py", text: "def f(x):\n    y = x\n    Remove leading/trailing separator.\n    return y\n", log: "  File \"/repo/m.py\", line 3\n    Remove leading/trailing separator.\n           ^^^^^^^\nSyntaxError: invalid syntax\n", wrong: "Remove", right: "# Remove" },
    Case { path: "lib.rs", text: "fn f(a: &str) -> u8 {\n    Q::new().g(a))\n}\n", log: "error: unexpected closing delimiter: `}`\n --> lib.rs:3:1\n  |\n2 |     Q::new().g(a))\n  |                  - missing open `(` for this delimiter\n", wrong: "(a))", right: "(a)" },
    Case { path: "a.js", text: "class P {}\nconst p = P();\n", log: "/repo/a.js:2\nconst p = P();\n          ^\n\nTypeError: Class constructor P cannot be invoked without 'new'\n    at Object.<anonymous> (/repo/a.js:2:11)\n", wrong: "= P", right: "= new P" },
    Case { path: "a.py", text: "def f(xs, n):\n    return [x for x in xs if x.rank = n]\n", log: "  File \"/repo/a.py\", line 2\n    return [x for x in xs if x.rank = n]\n                             ^^^^^^^^^^\nSyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?\n", wrong: "rank = n", right: "rank == n" },
    Case { path: "a.py", text: "def f():\n    try:\n        g()\n    except ValueError, error:\n        return error\n", log: "  File \"/repo/a.py\", line 4\n    except ValueError, error:\n           ^^^^^^^^^^^^^^^^^\nSyntaxError: multiple exception types must be parenthesized\n", wrong: "ValueError, error", right: "ValueError as error" },
    Case { path: "A.java", text: "class A {\n    void f(List<String> all) {\n        for (String one in all) {\n        }\n    }\n}\n", log: "A.java:3: error: ';' expected\n        for (String one in all) {\n                       ^\n1 error", wrong: "one in all", right: "one : all" },
    Case { path: "a.py", text: "class A:\n    def of(cls, row):\n        return cls(row)\n\n\ndef f():\n    return A.of(1)\n", log: "Traceback (most recent call last):\n  File \"a.py\", line 7, in f\n    return A.of(1)\nTypeError: A.of() missing 1 required positional argument: 'row'\n", wrong: "    def of", right: "    @classmethod\n    def of" },
    Case { path: "a.py", text: "def f(rows):\n    n = 0\n    for row in rows:\n    for x in row:\n        n += x\n    return n\n", log: "  File \"/repo/a.py\", line 4\n    for x in row:\n    ^\nIndentationError: expected an indented block after 'for' statement on line 3\n", wrong: "    for x in row:\n        n += x\n    return n\n", right: "        for x in row:\n            n += x\n        return n\n" },
    Case { path: "a.ts", text: "class A {\n  f(): number {\n    return 1;\n  }\n  }\n\n  g(): number {\n    return 2;\n  }\n}\n", log: "a.ts(7,3): error TS1434: Unexpected keyword or identifier.\na.ts(10,1): error TS1128: Declaration or statement expected.\n", wrong: "  }\n  }\n", right: "  }\n" },
    Case { path: "lib/a.js", text: "function f() {\n  const last;\n  last = g();\n  return last;\n}\n", log: "\n/repo/lib/a.js\n  2:13  error  Parsing error: Unexpected token ;\n", wrong: "const last", right: "let last" },
    Case { path: "lib/a.js", text: "const fs = require(\"fs\");\n\nconst MARK = 1;\nmodule.exports = { MARK };\n", log: "\n/repo/lib/a.js\n  1:7  error  'fs' is assigned a value but never used  no-unused-vars\n", wrong: "const fs = require(\"fs\");\n\n", right: "" },
    Case { path: "a.py", text: "def f(xs):\n    count = len(xs)\n    return 1\n", log: "a.py:2:5: F841 Local variable `count` is assigned to but never used\n", wrong: "    count = len(xs)\n", right: "" },
    Case { path: "A.java", text: "class A {\n    private final List<String> all = new ArrayList();\n}\n", log: "A.java:2: warning: [rawtypes] found raw type: ArrayList\n    private final List<String> all = new ArrayList();\n                                         ^\nerror: warnings found and -Werror specified\n1 error\n1 warning\n", wrong: "ArrayList()", right: "ArrayList<>()" },
    Case { path: "a.go", text: "package a\n\ntype P interface{ Name() string }\ntype M struct{ n int }\n\nfunc (m *M) Name() string { return \"\" }\n\nvar all = []P{M{n: 2}}\n", log: "./a.go:8:15: cannot use M{…} (value of struct type M) as P value in array or slice literal: M does not implement P (method Name has pointer receiver)\n", wrong: "{M{n", right: "{&M{n" },
    Case { path: "a.go", text: "package a\n\nfunc run(format string) {}\n\nfunc f(format *string) {\n\trun(format)\n}\n", log: "./a.go:6:6: cannot use format (variable of type *string) as string value in argument to run\n", wrong: "run(format)", right: "run(*format)" },
    Case { path: "a.go", text: "package a\n\nimport \"sync\"\n\ntype S struct{ mu sync.Mutex }\n\nfunc (s S) Open() {}\n", log: "./a.go:7:9: Open passes lock by value: a.S contains sync.Mutex\n", wrong: "(s S)", right: "(s *S)" },
    Case { path: "package.json", text: "{\n  \"name\": \"a\"\n  \"version\": \"1.0.0\"\n}\n", log: "npm error JSON.parse Expected ',' or '}' after property value in JSON at position 16", wrong: "\"a\"\n", right: "\"a\",\n" },
];

#[test]
fn what_a_tool_spells_out_is_the_first_offer() {
    let unlike = CASES.iter().filter_map(|Case { path, text, log, wrong, right }| {
        let (made, wanted) = (first(path, text, log), text.replacen(wrong, right, 1));
        (made != wanted).then(|| format!("{log}\nwanted {wanted:?}\noffered {made:?}"))
    });
    let unlike: Vec<String> = unlike.collect();
    assert!(unlike.is_empty(), "{}", unlike.join("\n\n"));
}

#[test]
fn what_nobody_can_know_is_not_offered() {
    for (path, text, log) in [
        ("a.go", "package a\n\nfunc f() { quux.Do() }\n", "./a.go:3:12: undefined: quux"),
        ("a.go", "package a\n\nfunc f() {\n\tx := <-c\n}\n", "./a.go:4:2: declared and not used: x"),
        (
            "A.java",
            "class A {\n  Quuxling z;\n}\n",
            "A.java:2: error: cannot find symbol\n  symbol:   class Quuxling\n  location: class A",
        ),
        // A block whose tag nobody sees.
        (
            "a.tsx",
            "const f = (xs: string[]) => (\n  <ul>\n    {xs.map((x) => {\n      <li>{x}</li>\n    ))}\n  </ul>\n);\n",
            "a.tsx(5,5): error TS1128: Declaration or statement expected.\n",
        ),
        ("notes.md", "Title\n=======\n", "a failure without a place"),
    ] {
        assert_eq!(first(path, text, log), "", "{log}");
    }
}
