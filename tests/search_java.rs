//! The hand `search` on Java: with Maven and JUnit, and with a `main` that is the test itself.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

#[path = "common/heal.rs"]
mod heal;

use heal::Healed;

fn heal(files: &[(&str, &[u8])], command: &[&str]) -> Healed {
    heal::heal(files, &["--hands", "search"], command)
}

const CHECK: &str = "package words;

public class Check {
    static int failures;

    static void same(Object wanted, Object found) {
        if (!wanted.equals(found)) {
            failures++;
        }
    }

    public static void main(String[] args) {
        same(\"ccc\", new Words(\"a\", \"ccc\", \"bb\").longest());
        same(\"\", new Words().longest());
        same(\"dd\", new Words(\"dd\", \"ee\").longest());
        same(3, new Words(\"aba\", \"ca\").count('a'));
        System.exit(failures > 0 ? 1 : 0);
    }
}
";

/// Latin-1, tabs and CRLF, in a folder that is not named as the package is.
const WORDS: &[u8] = b"package words;\r\n\r\n// caf\xe9\r\npublic class Words {\r\n\tprivate final String[] all;\r\n\r\n\tpublic Words(String... all) {\r\n\t\tthis.all = all;\r\n\t}\r\n\r\n\tpublic String longest() {\r\n\t\tString best = \"\";\r\n\t\tfor (String word : all) {\r\n\t\t\tif (word.length() >= best.length()) {\r\n\t\t\t\tbest = word;\r\n\t\t\t}\r\n\t\t}\r\n\t\treturn best;\r\n\t}\r\n\r\n\tpublic int count(char letter) {\r\n\t\tint count = 0;\r\n\t\tfor (String word : all)\r\n\t\t\tfor (char c : word.toCharArray())\r\n\t\t\t\tif (c == letter) count++;\r\n\t\treturn count;\r\n\t}\r\n}";

#[test]
fn a_main_that_exits_is_a_test_and_what_it_calls_is_repaired() {
    let command = ["sh", "-c", "javac -encoding ISO-8859-1 -d out src/*.java && java -cp out words.Check"];
    let healed = heal(&[("src/Check.java", CHECK.as_bytes()), ("src/Words.java", WORDS)], &command);
    let at = memchr::memmem::find(WORDS, b">= best").unwrap();
    let fixed = [&WORDS[..at], b"> best", &WORDS[at + 7..]].concat();
    assert_eq!(healed.bytes("src/Words.java"), fixed, "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.bytes("src/Check.java"), CHECK.as_bytes());
}

/// A `main` that stops at its first failure would ask more.
#[test]
fn all_that_a_main_asks_counts() {
    let broken = "public class Pad {\n    static String left(String text, int width) {\n        StringBuilder out = new StringBuilder();\n        for (int i = 0; i < width; i++) {\n            out.append('.');\n        }\n        return out.append(text).toString();\n    }\n}\n";
    let check = "public class Check {\n    static void same(String got, String wanted) {\n        if (!got.equals(wanted)) {\n            throw new AssertionError(got + \" is not \" + wanted);\n        }\n    }\n\n    public static void main(String[] args) {\n        same(Pad.left(\"7\", 3), \"..7\");\n        same(Pad.left(\"ab\", 3), \".ab\");\n        same(Pad.left(\"long\", 2), \"long\");\n    }\n}\n";
    let command = ["sh", "-c", "javac -d out *.java && java -cp out Check"];
    let healed = heal(&[("Check.java", check.as_bytes()), ("Pad.java", broken.as_bytes())], &command);
    let fixed = broken.replace("i = 0", "i = text.length()");
    assert_eq!(healed.text("Pad.java"), fixed, "{:#}\n{}", healed.json, healed.told);
}

const POM: &str = "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>
<groupId>x</groupId><artifactId>x</artifactId><version>1</version>
<properties><maven.compiler.source>11</maven.compiler.source><maven.compiler.target>11</maven.compiler.target>
<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version>
<scope>test</scope></dependency></dependencies></project>
";

const STACK: &str = "package x;

import java.util.ArrayList;
import java.util.List;

public class Stack<T extends Comparable<T>> {
    private static int made = 0;
    private final List<T> items = new ArrayList<>();

    public Stack() {
        made++;
    }

    public Stack<T> push(T item) {
        items.add(item);
        return this;
    }

    /** Takes items off until one is smaller. */
    public int popDownTo(T limit) {
        int gone = 0;
        while (items.size() > 0 && items.get(items.size() - 1).compareTo(limit) >= 0) {
            items.remove(0);
            gone++;
        }
        return gone;
    }

    public List<T> items() {
        return items;
    }
}
";

const STACK_TEST: &str = "package x;

import static org.junit.Assert.*;
import java.util.Arrays;
import org.junit.*;

public class StackTest {
    private Stack<Integer> stack;

    @Before
    public void fill() {
        stack = new Stack<Integer>().push(1).push(4).push(2).push(6).push(5);
    }

    @Test
    public void some() {
        assertEquals(2, stack.popDownTo(3));
        assertEquals(Arrays.asList(1, 4, 2), stack.items());
    }

    @Test
    public void none() {
        assertEquals(0, stack.popDownTo(9));
    }

    @Test
    public void all() {
        assertEquals(5, stack.popDownTo(0));
        assertTrue(stack.items().isEmpty());
    }
}
";

#[test]
fn maven_with_junit_is_asked_how_it_runs_its_tests() {
    let files: &[(&str, &[u8])] = &[
        ("pom.xml", POM.as_bytes()),
        ("src/main/java/x/Stack.java", STACK.as_bytes()),
        ("src/test/java/x/StackTest.java", STACK_TEST.as_bytes()),
    ];
    let healed = heal(files, &["mvn", "-q", "-B", "test"]);
    let fixed = STACK.replace("items.remove(0)", "items.remove(items.size() - 1)");
    let found = String::from_utf8(healed.bytes("src/main/java/x/Stack.java")).unwrap();
    assert_eq!(found, fixed, "{:#}\n{}", healed.json, healed.told);
}
