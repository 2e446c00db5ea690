//! Reads assignments: a name that speaks of a secret, whatever joins it to a value, and the value. One
//! reader for the many ways in which languages, settings, shells and documents write it.

use super::around::{
    in_string_or_comment, is_argument, is_label, is_prose, is_statement, is_value, sets_variable, value_behind,
};
use super::loose;
pub use super::names::Family;
use super::names::family;
use std::ops::Range;

/// Parts of names at which the reader is woken.
pub const KEYWORDS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "cred",
    "auth",
    "psw",
    "identified by",
    "kennwort",
    "access",
    "_pw",
    "nonce",
    "salt",
    "seed",
    "csrf",
    "xsrf",
    "session",
    "verifier",
    "jwt",
    "totp",
    "senha",
    "contrasena",
    "wachtwoord",
    "haslo",
    "parola",
    "_psk",
    "api",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    pub family: Family,
    pub name: Range<usize>,
    pub value: Range<usize>,
    pub quoted: bool,
    /// Written inside a string, a comment, a flag: what stands there is no variable.
    pub literal: bool,
}

const LONGEST_NAME: usize = 80;
const LONGEST_VALUE: usize = 4000;
/// Of a line before a name no more is looked at, so that a file of one line takes as long as one of many.
const LONGEST_LINE: usize = 4000;
/// What is longer, without quotes, and assigns something in its turn is a chain of assignments and no value.
const LONGEST_CHAIN: usize = 400;
const TAG: usize = 80;

/// The assignment around the keyword at `at`, and where its name ends.
pub fn read(text: &str, at: usize) -> (usize, Option<Assigned>) {
    let bytes = text.as_bytes();
    let name = name_around(bytes, at);
    // A type's or a resource's path is no name of a value.
    if bytes[..name.start].ends_with(b"::") && !bytes[name.clone()].contains(&b'.') {
        return (name.end, None);
    }
    let Some(family) = family(&text[name.clone()]) else { return (name.end, None) };
    let mut reader = Reader { bytes, at: name.end };
    let near = name.start.saturating_sub(LONGEST_LINE);
    let line = memchr::memrchr(b'\n', &bytes[near..name.start]).map_or(near, |i| near + i + 1);
    let before = &bytes[line..name.start];
    // What lets a page's own scripts run is told to everybody.
    let named = |word: &str| text[name.clone()].eq_ignore_ascii_case(word);
    if named("nonce") && before.contains(&b'<') || named("identified by") && !is_statement(before) {
        return (name.end, None);
    }
    let called = bytes.get(name.end) == Some(&b'(');
    let found = reader.value(before, &name, family).filter(|_| !(called && family <= Family::Vague));
    // Of a sentence only its first word can be a secret.
    let found = found.filter(|read| !is_sentence(&bytes[read.range.clone()])).or_else(|| {
        let (range, quoted) = loose::behind(bytes, name.end)?;
        Some(Read { range, quoted, flag: false, loose: true })
    });
    let assigned = found.map(|Read { range, quoted, flag, loose }| Assigned {
        family: if loose { Family::Loose } else { family },
        name: name.clone(),
        value: range,
        quoted,
        literal: flag || in_string_or_comment(before),
    });
    (name.end, assigned)
}

/// Words with blanks between them; an object has them too.
fn is_sentence(value: &[u8]) -> bool {
    value.first() != Some(&b'{') && value.contains(&b' ')
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

fn name_around(bytes: &[u8], at: usize) -> Range<usize> {
    let left = bytes[..at].iter().rev().take(LONGEST_NAME).take_while(|b| is_name(**b)).count();
    let right = bytes[at..].iter().take(LONGEST_NAME).take_while(|b| is_name(**b)).count();
    // `IDENTIFIED BY` is two words.
    let right =
        if bytes[at..].len() > 13 && bytes[at..at + 13].eq_ignore_ascii_case(b"identified by") { 13 } else { right };
    at - left..at + right.max(1)
}

/// What a reader found.
struct Read {
    range: Range<usize>,
    quoted: bool,
    /// Behind a command's flag.
    flag: bool,
    /// Joined by something that joins other things too.
    loose: bool,
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(b'\n')
    }

    fn ahead(&self, text: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(text)
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool, most: usize) -> usize {
        let from = self.at;
        while self.at - from < most && self.at < self.bytes.len() && wanted(self.bytes[self.at]) {
            self.at += 1;
        }
        self.at - from
    }

    fn spaces(&mut self) -> usize {
        self.skip(|b| b == b' ' || b == b'\t', 40)
    }

    fn value(&mut self, before: &[u8], name: &Range<usize>, family: Family) -> Option<Read> {
        let closed = self.closers();
        let spaces = self.spaces();
        let named = &self.bytes[name.clone()];
        let flag = (named[0] == b'-' || named.eq_ignore_ascii_case(b"identified by")).then_some(named[0] == b'-');
        let join = match self.pair(before, name, family) {
            Some(join) => join,
            None => self.join(closed, spaces, flag, before)?,
        };
        let flag = flag.is_some() && closed == 0;
        // `api 'org.example:lib:1.0'` is a dependency.
        let builds = join == Join::QuotedOnly && named.eq_ignore_ascii_case(b"api");
        let loose = builds || matches!(join, Join::Loose | Join::LooseQuoted);
        self.skip(|b| matches!(b, b' ' | b'\t'), 12);
        self.wrapping();
        if let Some(range) = self.quoted() {
            return Some(Read { range, quoted: true, flag, loose });
        }
        if matches!(join, Join::QuotedOnly | Join::LooseQuoted) {
            return None;
        }
        if let Some(range) = self.fallback() {
            return Some(Read { range, quoted: true, flag, loose });
        }
        let mut range = self.bare(join)?;
        if is_prose(named, before) && !self.bytes[range.clone()].iter().any(u8::is_ascii_digit) {
            return None;
        }
        if join == Join::Markup && !self.ahead(b"</") {
            return None;
        }
        // openssl's way to say that the password follows.
        if self.bytes[range.clone()].starts_with(b"pass:") {
            range.start += 5;
        }
        Some(Read { range, quoted: false, flag: flag || join == Join::Markup, loose })
    }

    /// The name is itself a value, of a pair's `name`; what it names is the pair's `value`.
    fn pair(&mut self, before: &[u8], name: &Range<usize>, family: Family) -> Option<Join> {
        if family <= Family::Vague || !is_value(before) || !is_label(before) {
            return None;
        }
        if self.peek() == b'>' {
            self.at += 1;
            return Some(Join::Markup);
        }
        self.at = name.end + value_behind(&self.bytes[name.end..])?;
        Some(Join::Plain)
    }

    /// What ends the name: quotes, brackets.
    fn closers(&mut self) -> usize {
        let from = self.at;
        for _ in 0..4 {
            if let Some(entity) = ENTITIES.iter().find(|entity| self.ahead(entity)) {
                self.at += entity.len();
            } else if self.ahead(b"\\\"") || self.ahead(b"\\'") {
                self.at += 2;
            } else if matches!(self.peek(), b'"' | b'\'' | b'`' | b']' | b'*') {
                self.at += 1;
            }
        }
        self.at - from
    }

    fn join(&mut self, closed: usize, spaces: usize, flag: Option<bool>, before: &[u8]) -> Option<Join> {
        let (a, b) = (self.peek(), self.bytes.get(self.at + 1).copied().unwrap_or(b'\n'));
        match (a, b) {
            (b'=', b'>') | (b':', b'=') => self.at += 2,
            (b'=' | b'!', b'=') => {
                self.skip(|b| b == b'=' || b == b'!', 3);
                return Some(Join::QuotedOnly);
            }
            // A shell's default.
            (b'?', b'=' | b':') | (b':', b'-') => self.at += 2,
            (b'=', _) => self.at += 1,
            (b':', b':') => return None,
            // One of many things between colons.
            (b':', _) if before.ends_with(b":") => {
                self.at += 1;
                return Some(Join::Loose);
            }
            (b':', _) => {
                self.at += 1;
                self.type_annotation();
            }
            // Not where the name is itself the value of another.
            (b',', _) if is_argument(before, closed, flag.is_some()) => {
                self.at += 1;
                return Some(Join::QuotedOnly);
            }
            // `assertEquals(API_KEY, "…")`
            (b',', _) if closed == 0 => {
                self.at += 1;
                return Some(Join::LooseQuoted);
            }
            // `process.env.API_KEY || "…"`, Scala's and others' `"key" -> "…"`.
            (b'>', b' ' | b'"' | b'\'') if !before.ends_with(b"<") => {
                self.at += 1;
                return Some(Join::LooseQuoted);
            }
            (b'|', b'|') | (b'?', b'?') | (b'-', b'>') => {
                self.at += 2;
                return Some(Join::QuotedOnly);
            }
            (b'(', _) if closed == 0 => {
                self.at += 1;
                return Some(Join::QuotedOnly);
            }
            _ if before.ends_with(b"<") && (a == b'>' || spaces > 0) => {
                self.skip(|b| !b"<>\n".contains(&b), TAG);
                return (self.skip(|b| b == b'>', 1) > 0).then_some(Join::Markup);
            }
            (b'"' | b'\'', _) if spaces > 0 && closed == 0 => return Some(Join::QuotedOnly),
            _ if spaces > 0 && closed == 0 && sets_variable(before) => return Some(Join::Word),
            _ if flag.is_some() && closed == 0 && spaces > 0 => {
                return Some(if flag == Some(true) { Join::Flag } else { Join::Word });
            }
            // Go's and others' `password string = "…"`.
            _ if spaces > 0 && self.typed() => {}
            _ if spaces > 0 => return self.more_words(),
            _ => return None,
        }
        Some(Join::Plain)
    }

    /// `: str = `, `: &'static str = `, `: Option<String> = `.
    fn type_annotation(&mut self) {
        let from = self.at;
        self.spaces();
        let word = self.skip(|b| b.is_ascii_alphanumeric() || b"_<>&'[]?.|".contains(&b), 30);
        if self.ahead(b" str") {
            self.at += 4;
        }
        self.spaces();
        // What ends in `=` without a string behind it is a value in base64.
        let joined = word > 0 && self.peek() == b'=' && !self.ahead(b"==") && !self.ahead(b"=>");
        let tail = &self.bytes[self.at..self.bytes.len().min(self.at + 5)];
        if joined && tail.iter().any(|b| b"\"'`".contains(b)) {
            self.at += 1;
        } else {
            self.at = from;
        }
    }

    /// A type's name and `=`.
    fn typed(&mut self) -> bool {
        let from = self.at;
        let word = self.skip(|b| b.is_ascii_alphanumeric() || b == b'*' || b == b'.', 20);
        self.spaces();
        if word > 0 && self.peek() == b'=' && !self.ahead(b"==") {
            self.at += 1;
            return true;
        }
        self.at = from;
        false
    }

    /// A few words more: `token for the account: "…"`, `the key of the test is …`.
    fn more_words(&mut self) -> Option<Join> {
        self.skip(|b| b.is_ascii_alphanumeric() || b" _.-".contains(&b), 24);
        let quoted = |at: usize| self.bytes.get(at).is_some_and(|b| b"\"'`".contains(b));
        let words = &self.bytes[..self.at];
        if words.ends_with(b"is ") && quoted(self.at) {
            return Some(Join::QuotedOnly);
        }
        let (sure, spaced) = (self.ahead(b": ") && quoted(self.at + 2), self.ahead(b": ") || self.ahead(b"= "));
        self.at += usize::from(spaced);
        spaced.then_some(if sure { Join::QuotedOnly } else { Join::Loose })
    }

    /// Calls that make a value of a literal, and letters before a quote.
    fn wrapping(&mut self) {
        self.object();
        let from = self.at;
        let name = self.skip(|b| b.is_ascii_alphanumeric() || b"._[]&*@$".contains(&b), 28);
        let list = matches!(self.peek(), b'{' | b'[')
            && (name == 0 || self.bytes[from..self.at].ends_with(b"[]string"))
            && self.bytes.get(self.at + 1).is_some_and(|b| b"\"'`".contains(b));
        let call = name > 0 && self.peek() == b'(';
        if list || call && CALLS.iter().any(|call| self.bytes[from..self.at].ends_with(call)) {
            self.at += 1;
            self.skip(|b| b == b' ', 2);
            let prefix = self.skip(|b| b"brufN@$".contains(&b), 2);
            if prefix > 0 && !matches!(self.peek(), b'"' | b'\'' | b'`') {
                self.at -= prefix;
            }
            return;
        }
        let prefix = self.bytes[from..self.at].iter().all(|b| b"brufN@$".contains(b));
        if !(name <= 2 && prefix && matches!(self.peek(), b'"' | b'\'' | b'`')) {
            self.at = from;
        }
    }

    /// `{ value: `, `{"default": `.
    fn object(&mut self) {
        let from = self.at;
        if self.skip(|b| b == b'{', 1) == 0 {
            return;
        }
        self.skip(|b| b" \"'\\".contains(&b), 4);
        let label = [&b"value"[..], b"default", b"plaintext"].into_iter().find(|label| self.ahead(label));
        self.at += label.map_or(0, <[u8]>::len);
        self.skip(|b| b" \"'\\".contains(&b), 4);
        if label.is_some() && self.peek() == b':' {
            self.at += 1;
            self.spaces();
        } else {
            self.at = from;
        }
    }

    /// Between quotes of any kind, escaped ones too.
    fn quoted(&mut self) -> Option<Range<usize>> {
        let (open, escape): (&[u8], usize) = if let Some(entity) = ENTITIES.iter().find(|entity| self.ahead(entity)) {
            (entity, 0)
        } else {
            let slashes = self.bytes[self.at..].iter().take(3).take_while(|b| **b == b'\\').count();
            match self.bytes.get(self.at + slashes) {
                Some(b'"') => (b"\"", slashes),
                Some(b'\'') => (b"'", slashes),
                Some(b'`') if slashes == 0 => (b"`", 0),
                _ => return None,
            }
        };
        let start = self.at + escape + open.len();
        let line = memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |i| start + i);
        let area = &self.bytes[start..line.min(start + LONGEST_VALUE)];
        let mut from = 0;
        while let Some(i) = memchr::memmem::find(&area[from..], open).map(|i| from + i) {
            let slashes = area[..i].iter().rev().take_while(|b| **b == b'\\').count();
            if slashes == escape || escape == 0 && slashes.is_multiple_of(2) {
                return (i > slashes.min(escape)).then(|| start..start + i - escape.min(slashes));
            }
            from = i + 1;
        }
        None
    }

    /// `process.env.X || "…"`, `getenv("X") or '…'`.
    fn fallback(&mut self) -> Option<Range<usize>> {
        let line = memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |i| self.at + i);
        let rest = &self.bytes[self.at..line.min(self.at + 120)];
        let joins: [&[u8]; 4] = [b"|| ", b"?? ", b" or ", b"||"];
        let at = joins.iter().filter_map(|join| Some(memchr::memmem::find(rest, join)? + join.len())).min()?;
        let mut reader = Reader { bytes: self.bytes, at: self.at + at };
        reader.spaces();
        reader.quoted()
    }

    /// Without quotes: up to what cannot belong to it.
    fn bare(&mut self, join: Join) -> Option<Range<usize>> {
        let start = self.at;
        let ends = |b: u8| match join {
            Join::Markup => b"<\n\r".contains(&b),
            _ => b.is_ascii_whitespace() || b"\"'`,;)}]<>&|\\".contains(&b),
        };
        if self.skip(|b| !ends(b), LONGEST_CHAIN) == LONGEST_CHAIN && self.bytes[start..self.at].contains(&b'=') {
            return None;
        }
        self.skip(|b| !ends(b), LONGEST_VALUE);
        let value = &self.bytes[start..self.at];
        // One of a sentence's words, another flag, a piece of a call.
        let digits = value.iter().any(u8::is_ascii_digit);
        let spaced = self.bytes[start - 1] == b' ';
        let sentence = matches!(join, Join::Plain | Join::Flag) && spaced && !digits && self.goes_on();
        let other = value.starts_with(b"--") || value.contains(&b'(') || value.contains(&b'[');
        (self.at > start && !sentence && !other).then_some(start..self.at)
    }

    /// A space and a word.
    fn goes_on(&self) -> bool {
        let rest = &self.bytes[self.at..];
        rest.len() > 2 && rest[0] == b' ' && rest[1].is_ascii_lowercase() && rest[2].is_ascii_lowercase()
    }
}

/// What joins a name to its value, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    Plain,
    QuotedOnly,
    Flag,
    /// Joins other things too: what it joins must be random beyond doubt.
    Loose,
    LooseQuoted,
    /// Of a statement, as in `IDENTIFIED BY`.
    Word,
    Markup,
}

/// Quotes as HTML writes them.
const ENTITIES: &[&[u8]] = &[b"&quot;", b"&#34;", b"&#39;", b"&#x27;", b"&#x22;", b"&apos;"];

const CALLS: &[&[u8]] = &[
    b"String",
    b"[]byte",
    b"Ptr",
    b"Some",
    b"str",
    b"bytes",
    b"to_string",
    b"SecureString",
    b"string",
    b"Secret",
    b"from",
    b"encode",
    b"new",
    b"StringPtr",
    b"env",
    b"Buffer.from",
    b"decode",
    b"SecretStr",
    b"hexlify",
    b"DecodeString",
    b"b64encode",
    b"b64decode",
    b"fromhex",
    b"fromBase64",
    b"getBytes",
    b"SecretKeySpec",
    b"parse",
    b"fromString",
    b"toCharArray",
    b"hash",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of the first assignment in the line.
    fn value(line: &str) -> Option<&str> {
        let lower = line.to_lowercase();
        let at = KEYWORDS.iter().filter_map(|k| lower.find(k)).min()?;
        read(line, at).1.map(|found| &line[found.value])
    }

    #[test]
    fn assignments_are_read_as_languages_write_them() {
        for line in [
            "password = \"v4lue\"",
            "password='v4lue'",
            "db.password: v4lue",
            "DB_PASSWORD=v4lue",
            "export API_TOKEN=v4lue # comment",
            "const apiKey: string = 'v4lue';",
            "let secret: &str = \"v4lue\";",
            "password := `v4lue`",
            "'password' => 'v4lue',",
            "\"client_secret\": \"v4lue\",",
            "{\\\"password\\\": \\\"v4lue\\\"}",
            "config[\"password\"] = \"v4lue\"",
            "user.set_password(\"v4lue\")",
            "SecretKey: aws.String(\"v4lue\"),",
            "key = []byte(\"v4lue\")",
            "mysql --user root --password v4lue",
            "mysql --password=v4lue -e x",
            "ALTER USER x PASSWORD 'v4lue'",
            "CREATE USER x IDENTIFIED BY 'v4lue'",
            "<password>v4lue</password>",
            "secret: process.env.SECRET || 'v4lue'",
            "if password == \"v4lue\":",
            "pass = b'v4lue'",
            "users: [{user: a, password: v4lue} ]",
            "os.environ.get('DB_PASSWORD', 'v4lue')",
            "&quot;password&quot;: &quot;v4lue&quot;",
            "openssl genrsa -passout pass:v4lue -out x",
            "- name: DB_PASSWORD\n  value: v4lue",
            "{\"name\": \"password\", \"type\": \"x\", \"value\": \"v4lue\"}",
            "<property name=\"password\" value=\"v4lue\" />",
            "<password type=\"plain\">v4lue</password>",
            "ENV DB_PASSWORD v4lue",
            "setenv DB_PASSWORD v4lue",
            "{password, \"v4lue\"}",
            "<string name=\"api_secret\">v4lue</string>",
            "\"password\": {\"value\": \"v4lue\"}",
            "set(:github, :secret, 'v4lue')",
            "[\"--password\", \"v4lue\"]",
            "x: ${DB_PASSWORD:-v4lue}",
            "Tokens: []string{\"v4lue\"}",
            "&#39;password&#39;: &#39;v4lue&#39;",
            "the password is 'v4lue'",
            "x = process.env.API_TOKEN || 'v4lue'",
            "Map(\"secret\" -> \"v4lue\")",
            "x(:@secret, 'v4lue')",
            "assertEquals(apiKey, \"v4lue\")",
            "key of the test: v4lue",
            "the token is: v4lue",
            "a:token:v4lue",
            "token, k3Jd9sQw8xPz41",
            "token = \"k3Jd9sQw8xPz41 of the server\"",
        ] {
            let wanted = if line.contains("v4lue") { "v4lue" } else { "k3Jd9sQw8xPz41" };
            assert_eq!(value(line), Some(wanted), "{line}");
        }
        for line in [
            "password",
            "the password is long",
            "password::<T>",
            "tokenize(x)",
            "a key, b",
            "- name: DB_PASSWORD\n  valueFrom:\n    x: y",
            "- name: DB_PASSWORD\n- name: value",
            "('pt', 'password', 'Senha')",
            "password: a sentence goes on",
            "blur pass: source",
            "identified by \"magic\" bytes",
        ] {
            assert_eq!(value(line), None, "{line}");
        }
    }
}
