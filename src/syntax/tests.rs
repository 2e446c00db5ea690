use super::*;

fn parse(path: &str, text: &str) -> Syntax {
    let path = crate::ids::RelPath::parse(path).unwrap();
    Syntax::parse(Language::of(&path).unwrap(), text.as_bytes()).unwrap()
}

fn shown(path: &str, text: &str) -> String {
    let syntax = parse(path, text);
    let show = |n: &Name| {
        let mark = if n.defined { "+" } else { "" };
        format!("{mark}{}:{:?}", syntax.text(&n.range), n.role)
    };
    syntax.names().iter().map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_carry_their_roles() {
    for (path, text, expect) in [
        ("a.rs", "fn f(a: T) { a.b(c) }", "+f:Value +a:Value T:Type a:Value b:Member c:Value"),
        ("a.rs", "struct S { x: u8 } impl S { fn m(&self) {} }", "+S:Type +x:Member S:Type +m:Member"),
        (
            "a.py",
            "class A:\n  def m(self, n=1):\n    self.x = n\n",
            "+A:Value +m:Member +self:Value +n:Value self:Value +x:Member n:Value",
        ),
        ("a.py", "f(key=v.w)", "f:Value key:Keyword v:Value w:Member"),
        (
            "a.js",
            "const {a, b: c} = o; o.p = {q: a};",
            "+a:Value +b:Member +c:Value o:Value o:Value +p:Member +q:Member a:Value",
        ),
        ("a.tsx", "const x = <div id={y}/>;", "+x:Value div:Tag id:Member y:Value"),
        ("a.ts", "interface I { p: T }", "+I:Type +p:Member T:Type"),
    ] {
        assert_eq!(shown(path, text), expect, "{text}");
    }
}

#[test]
fn faults_go_away_with_the_edit_that_mends_them() {
    let broken = parse("a.py", "def f(x:\n    return x\n");
    assert!(!broken.is_sound() && !broken.faults().is_empty());
    assert!(broken.edited(7..7, ")").unwrap().is_sound());
    assert!(parse("a.rs", "fn f() { g(1) }").faults().is_empty());
}

#[test]
fn lines_and_columns_count_characters() {
    let syntax = parse("a.py", "é = 1\r\nx = é.y\n");
    assert_eq!(syntax.offset(2, 5), Some(12));
    assert_eq!(syntax.text(&syntax.line(1).unwrap()), "é = 1");
    assert_eq!((syntax.line_of(0), syntax.line_of(12), syntax.line(9)), (1, 2, None));
}

#[test]
fn deep_nesting_is_no_danger() {
    let syntax = parse("a.js", &"(".repeat(20_000));
    assert!(!syntax.is_sound());
    assert!(syntax.tokens().len() >= 10_000);
    syntax.names();
}
