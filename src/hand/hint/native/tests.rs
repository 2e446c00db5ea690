//! What is tried against single errors, without a compiler: broken text, message, its place, and the text as it
//! should be, which must be among the first tries.

use super::attempt::Try;
use super::climb;
use super::lexer::Source;
use crate::hand::cc::Problem;

/// The place of the error is marked by `@`, which is taken out.
fn tries(marked: &str, message: &str) -> (String, Vec<Try>) {
    let at = marked.find('@').unwrap();
    let text = marked.replacen('@', "", 1);
    let line = u32::try_from(text[..at].matches('\n').count()).unwrap() + 1;
    let column = u32::try_from(at - text[..at].rfind('\n').map_or(0, |start| start + 1)).unwrap() + 1;
    let problem = Problem {
        path: "<stdin>".to_owned(),
        line,
        column,
        message: message.to_owned(),
        fixes: Vec::new(),
        notes: Vec::new(),
        from: Vec::new(),
        is_warning: false,
    };
    let source = Source::read(text.clone());
    (text, climb::tries(&source, &problem, std::slice::from_ref(&problem), false))
}

#[test]
fn the_likely_cause_is_tried_among_the_first() {
    for (marked, message, expected, among) in [
        (
            "int f(long x) {\n    printf(@\"%5d%d\\n\", x, 1);\n}\n",
            "format '%5d' expects argument of type 'int', but argument 2 has type 'long int'",
            "int f(long x) {\n    printf(\"%5ld%d\\n\", x, 1);\n}\n",
            1,
        ),
        (
            "int f(pid x) {\n    printf(@\"%s\", x);\n}\n",
            "format '%s' expects argument of type 'char *', but argument 2 has type 'pid' {aka 'unsigned int'}",
            "int f(pid x) {\n    printf(\"%u\", x);\n}\n",
            1,
        ),
        (
            "#define MIN(a,b) ((a) < (b) ? (a) : (b))\nint f(int n, int m) { return MIN(n, m) + MIN(1, 2); }\nint g(int n, int m) { return MIN(n@); }\n",
            "macro \"MIN\" requires 2 arguments, but only 1 given",
            "#define MIN(a,b) ((a) < (b) ? (a) : (b))\nint f(int n, int m) { return MIN(n, m) + MIN(1, 2); }\nint g(int n, int m) { return MIN(n, m); }\n",
            1,
        ),
        (
            "int f(int n) {\n    char *status;\n\n    status @= n;\n    return status == 1;\n}\n",
            "assignment to 'char *' from 'int' makes pointer from integer without a cast",
            "int f(int n) {\n    int status;\n\n    status = n;\n    return status == 1;\n}\n",
            1,
        ),
        (
            "struct {\n    int a;\n} pair_t;\n\nint f(const @pair_t *p);\n",
            "unknown type name 'pair_t'",
            "typedef struct {\n    int a;\n} pair_t;\n\nint f(const pair_t *p);\n",
            1,
        ),
        (
            "void f(const char *format, ...)\n{\n    va_list all;\n    va_start(all@);\n}\n",
            "macro \"va_start\" requires 2 arguments, but only 1 given",
            "void f(const char *format, ...)\n{\n    va_list all;\n    va_start(all, format);\n}\n",
            1,
        ),
        (
            "int main() {\n    num::Matrix a;\n    @Matrix b;\n}\n",
            "'Matrix' was not declared in this scope; did you mean 'num::Matrix'?",
            "int main() {\n    num::Matrix a;\n    num::Matrix b;\n}\n",
            1,
        ),
        (
            "bool has(const int *a)\n{\n    for (; *a; a++) {\n        if (*a == 1)\n            return true;\n    }\n@}\n",
            "control reaches end of non-void function",
            "bool has(const int *a)\n{\n    for (; *a; a++) {\n        if (*a == 1)\n            return true;\n    }\n    return false;\n}\n",
            1,
        ),
        ("typedef @a_s a;\n", "unknown type name 'a_s'", "typedef struct a_s a;\n", 1),
        (
            "typedef void* (Alloc) (int);\nstruct s {\n    Alloc @custom;\n};\n",
            "field 'custom' declared as a function",
            "typedef void* (*Alloc) (int);\nstruct s {\n    Alloc custom;\n};\n",
            1,
        ),
        ("int f() {\n    int @y = 2;\n    return 1;\n}\n", "unused variable 'y'", "int f() {\n    return 1;\n}\n", 2),
        ("int main() {\n    return 0@\n}\n", "expected ';' before '}' token", "int main() {\n    return 0;\n}\n", 1),
        (
            "int f() { if (n % 2 @= 0) g(); }",
            "lvalue required as left operand of assignment",
            "int f() { if (n % 2 == 0) g(); }",
            1,
        ),
        (
            "int f() { for (i = 0@, i < 3, i++) g(); }",
            "expected ';' before ',' token",
            "int f() { for (i = 0; i < 3; i++) g(); }",
            3,
        ),
        (
            "int f() { printf(@\"%d, %d\\n, a, b);\n}",
            "missing terminating \" character",
            "int f() { printf(\"%d, %d\\n\", a, b);\n}",
            2,
        ),
        ("int f() { printf(%d@\", a);\n}", "missing terminating \" character", "int f() { printf(\"%d\", a);\n}", 2),
        (
            "int f(int a) {\n    return g(@int a);\n}\n",
            "expected expression before 'int'",
            "int f(int a) {\n    return g(a);\n}\n",
            2,
        ),
        (
            "int f() {\n    int n;\n    n = 1;\n    @i = n;\n}\n",
            "'i' undeclared (first use in this function)",
            "int f() {\n    int n, i;\n    n = 1;\n    i = n;\n}\n",
            2,
        ),
        (
            "int f() {\n    int count = 0;\n    return @cuont;\n}\n",
            "'cuont' undeclared (first use in this function)",
            "int f() {\n    int count = 0;\n    return count;\n}\n",
            1,
        ),
        (
            "int f() {\n    int cuont = 0;\n    @count++;\n    return count;\n}\n",
            "'count' undeclared (first use in this function)",
            "int f() {\n    int count = 0;\n    count++;\n    return count;\n}\n",
            1,
        ),
        (
            "#include <stdio.h>\nint n = @INT_MAX;\n",
            "'INT_MAX' undeclared here (not in a function)",
            "#include <stdio.h>\n#include <limits.h>\nint n = INT_MAX;\n",
            1,
        ),
        (
            "#include \"all.h\"\nBool f(int a) {\n    while (@true)\n        if (a) return True;\n}\n",
            "'true' undeclared (first use in this function)",
            "#include \"all.h\"\nBool f(int a) {\n    while (True)\n        if (a) return True;\n}\n",
            1,
        ),
        ("#include @<stdoi.h>\n", "stdoi.h: No such file or directory", "#include <stdio.h>\n", 1),
        (
            "int main() {\n    g();\n    return 0;\n\nvoid g() {\n    h();\n@}\n",
            "expected declaration or statement at end of input",
            "int main() {\n    g();\n    return 0;\n}\n\nvoid g() {\n    h();\n}\n",
            1,
        ),
        (
            "int f() {\n    for (;;)\n        a();\n        b();\n    }\n@    return 0;\n}\n",
            "expected identifier or '(' before 'return'",
            "int f() {\n    for (;;) {\n        a();\n        b();\n    }\n    return 0;\n}\n",
            3,
        ),
        (
            "int f() {\n    scanf(\"%d\" @&n);\n}\n",
            "invalid operands to binary & (have 'char *' and 'int')",
            "int f() {\n    scanf(\"%d\", &n);\n}\n",
            1,
        ),
        (
            "int f() {\n    int n;\n    int @n = 2;\n}\n",
            "redeclaration of 'n' with no linkage",
            "int f() {\n    int n;\n    n = 2;\n}\n",
            1,
        ),
        (
            "int main @{\n    return 0;\n}\n",
            "expected '=', ',', ';', 'asm' or '__attribute__' before '{' token",
            "int main() {\n    return 0;\n}\n",
            1,
        ),
        (
            "int f(int a) {\n    return @2a;\n}\n",
            "invalid suffix \"a\" on integer constant",
            "int f(int a) {\n    return 2*a;\n}\n",
            1,
        ),
        (
            "int f(int a, int b) {\n    if (a @= b)\n        return 1;\n    return 0;\n}\n",
            "suggest parentheses around assignment used as truth value",
            "int f(int a, int b) {\n    if (a == b)\n        return 1;\n    return 0;\n}\n",
            1,
        ),
        (
            "void f(char *m) {\n    m @=\n        (int *)\"x\";\n}\n",
            "assignment to 'char *' from incompatible pointer type 'int *'",
            "void f(char *m) {\n    m =\n        (char *)\"x\";\n}\n",
            1,
        ),
        (
            "int f(int a) {\n    G(a, b);\n    G(a@);\n}\n",
            "macro \"G\" requires 2 arguments, but only 1 given",
            "int f(int a) {\n    G(a, b);\n    G(a, b);\n}\n",
            1,
        ),
        (
            "void w(int a, int more);\nint f(int a) {\n    w(a, 1);\n    @w(a);\n    w(a, 1);\n    w(a, 0);\n}\n",
            "too few arguments to function 'w'",
            "void w(int a, int more);\nint f(int a) {\n    w(a, 1);\n    w(a, 1);\n    w(a, 1);\n    w(a, 0);\n}\n",
            1,
        ),
        (
            "int f(int a, int b) {\n    G(a b@);\n    return 0;\n}\n",
            "macro \"G\" requires 2 arguments, but only 1 given",
            "int f(int a, int b) {\n    G(a, b);\n    return 0;\n}\n",
            1,
        ),
        ("/*\n * One.\n\n@/* Two. */\nint a;\n", "\"/*\" within comment", "/*\n * One.\n*/\n/* Two. */\nint a;\n", 1),
        (
            "int f() {\n    @retrun 0;\n}\n",
            "'retrun' undeclared (first use in this function)",
            "int f() {\n    return 0;\n}\n",
            2,
        ),
    ] {
        let (text, tries) = tries(marked, message);
        let made: Vec<String> = tries.iter().take(among).filter_map(|one| one.applied(&text)).collect();
        assert!(made.iter().any(|text| text == expected), "{message}: {made:#?}");
    }
}

#[test]
fn a_cut_off_text_is_survived() {
    let whole = "#include <a.h>\nint main(int a[3]) { for (int i = 0; i < 2; i++) { f(\"x\", 'y'); } return a[1]; }\n";
    for end in (0..whole.len()).step_by(5) {
        for message in [
            "expected expression before ')' token",
            "'i' undeclared",
            "missing terminating \" character",
            "at end of input",
        ] {
            for place in [0, end / 2, end] {
                let text = format!("{}@{}", &whole[..place], &whole[place..end]);
                assert!(tries(&text, message).1.iter().all(|one| one.applied(&whole[..end]).is_some()), "{text}");
            }
        }
    }
}
