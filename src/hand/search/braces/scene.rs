//! One function under suspicion, as the families of edits see it: its tree in common words, the names in its scope
//! with their types, and what its file has to offer.

use super::super::aim::Types;
use super::super::hunt::{File, Spot};
use super::kinds::Kind;
use super::parts::Callee;
use super::vars::{self, Var};
use super::words::{self, Word};
use crate::syntax::{Branches, Language};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

#[derive(Clone)]
pub struct Scene<'a> {
    pub file: &'a File,
    pub tree: &'a Branches,
    pub language: Language,
    pub function: usize,
    /// Of the function's nodes.
    words: Vec<Option<Word>>,
    pub vars: Vec<Var>,
    /// Functions of the file: name → how many parameters, and what they give back.
    pub callables: BTreeMap<String, (usize, Option<Kind>)>,
    /// Names behind dots in the file, by what stands before the dot; calls are not among them.
    pub members: BTreeSet<(String, String)>,
    /// Methods that are called in the file, by what stands before the dot, with how many arguments.
    pub methods: BTreeSet<(String, String, usize)>,
    /// Declared fields: name → type.
    pub fields: BTreeMap<String, Kind>,
    pub newline: &'static str,
}

impl<'a> Scene<'a> {
    pub fn new(file: &'a File, spot: &Spot, types: &Types) -> Self {
        let newline = if memchr::memmem::find(&file.text, b"\r\n").is_some() { "\r\n" } else { "\n" };
        let language = file.syntax.language();
        let tree = &file.tree;
        let words = tree.below(spot.node).map(|n| words::word(language, tree[n].kind)).collect();
        let mut scene = Self {
            file,
            tree,
            language,
            function: spot.node,
            words,
            vars: Vec::new(),
            callables: BTreeMap::new(),
            members: BTreeSet::new(),
            methods: BTreeSet::new(),
            fields: BTreeMap::new(),
            newline,
        };
        scene.read_file();
        scene.vars = vars::find(&scene, types);
        scene
    }

    /// The same with other variables.
    pub fn with_vars(&self, vars: Vec<Var>) -> Self {
        Self { vars, ..self.clone() }
    }

    pub fn text(&self, node: usize) -> &'a str {
        self.slice(&self.tree[node].range)
    }

    pub fn slice(&self, range: &Range<usize>) -> &'a str {
        self.file.text.get(range.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub fn kind(&self, node: usize) -> &'static str {
        self.tree[node].kind
    }

    /// The common word for a node, made exact where the grammar has one name for two things.
    pub fn word(&self, node: usize) -> Option<Word> {
        let plain = match node.checked_sub(self.function).and_then(|at| self.words.get(at)) {
            Some(word) => *word,
            None => words::word(self.language, self.kind(node)),
        };
        match plain? {
            Word::Assign if self.sides(node).is_some_and(|sides| self.text(sides.operator) != "=") => {
                Some(Word::Augment)
            }
            Word::True if self.text(node) == "false" => Some(Word::False),
            Word::Number if self.is_float(node) => Some(Word::Float),
            Word::For if self.language == Language::Go => Some(self.go_loop(node)),
            Word::Binding if self.field(node, "value").is_none() => None,
            Word::Empty if !self.is_statement_place(node) => None,
            word => Some(word),
        }
    }

    pub fn is(&self, node: usize, words: &[Word]) -> bool {
        self.word(node).is_some_and(|word| words.contains(&word))
    }

    fn is_float(&self, node: usize) -> bool {
        let text = self.text(node);
        text.contains('.') && !text.starts_with("0x")
    }

    fn go_loop(&self, node: usize) -> Word {
        let head = self.tree[node].children.iter().map(|n| self.kind(*n)).find(|kind| *kind != "for");
        match head {
            Some("for_clause") => Word::For,
            Some("range_clause") => Word::Each,
            Some("block") => Word::Forever,
            _ => Word::While,
        }
    }

    fn is_statement_place(&self, node: usize) -> bool {
        self.field(self.parent(node), "body") == Some(node)
            || self.field(self.parent(node), "consequence") == Some(node)
    }

    pub fn parent(&self, node: usize) -> usize {
        self.tree[node].parent
    }

    pub fn field(&self, node: usize, name: &str) -> Option<usize> {
        self.tree.field(node, name)
    }

    pub fn field_of(&self, node: usize) -> &'static str {
        self.tree[node].field.unwrap_or_default()
    }

    /// The children that are more than tokens, without comments.
    pub fn inner(&self, node: usize) -> Vec<usize> {
        let counts = |n: &usize| self.tree[*n].named && !self.kind(*n).contains("comment");
        self.tree[node].children.iter().copied().filter(counts).collect()
    }

    /// Every node of the function.
    pub fn nodes(&self) -> Range<usize> {
        self.tree.below(self.function)
    }

    pub fn body(&self) -> Option<usize> {
        let body = self.field(self.function, "body")?;
        Some(self.block(body))
    }

    /// Go keeps a block's statements in a list of their own.
    pub fn block(&self, node: usize) -> usize {
        let list = self.inner(node).first().copied().filter(|n| self.kind(*n) == "statement_list");
        if self.kind(node) == "block" { list.unwrap_or(node) } else { node }
    }

    /// A value that is read or written: not the name of what is declared, a type, a label or the name behind a dot.
    pub fn is_value(&self, node: usize) -> bool {
        let branch = &self.tree[node];
        if !branch.named || !self.word(node).is_some_and(Word::is_value) {
            return false;
        }
        let field = self.field_of(node);
        let parent = self.parent(node);
        let own = self.word(node) == Some(Word::Paren) && !matches!(self.language, Language::Rust | Language::Go);
        if own && matches!(self.word(parent), Some(Word::If | Word::While | Word::Do | Word::Switch)) {
            return false;
        }
        !match self.kind(parent) {
            "method_invocation" => field == "name",
            "field_access" => field == "field",
            "variable_declarator" | "var_spec" | "const_spec" => matches!(field, "name" | "type"),
            "init_declarator" | "declaration" | "array_declarator" | "pointer_declarator" | "function_declarator" => {
                field == "declarator" || field == "type"
            }
            "let_declaration" | "let_condition" | "for_expression" => field == "pattern",
            "short_var_declaration" => field == "left",
            "expression_list" => self.is_declared_list(parent),
            "for_in_statement" => field == "left",
            "enhanced_for_statement" => field == "name",
            "arrow_function" => field == "parameter",
            "lambda_expression" => field == "parameters",
            "call_expression" => field == "function" && self.word(node) == Some(Word::Name),
            "pair" => field == "key",
            "keyed_element" | "literal_element" => true,
            "method_declaration"
            | "method_definition"
            | "function_declaration"
            | "function_item"
            | "function_definition"
            | "function_expression"
            | "constructor_declaration" => field != "body",
            "macro_invocation"
            | "token_tree"
            | "scoped_identifier"
            | "use_declaration"
            | "attribute_item"
            | "annotation"
            | "marker_annotation"
            | "break_expression"
            | "labeled_statement"
            | "parameter"
            | "parameter_declaration"
            | "break_statement"
            | "continue_statement"
            | "goto_statement"
            | "assignment_pattern"
            | "required_parameter"
            | "optional_parameter"
            | "formal_parameters"
            | "closure_parameters"
            | "inferred_parameters"
            | "shorthand_field_initializer"
            | "field_initializer"
            | "case_statement"
            | "match_pattern"
            | "expression_case"
            | "switch_label"
            | "literal_type"
            | "range_pattern"
            | "argument_value" => !(self.kind(parent) == "field_initializer" && field == "value"),
            kind => kind.ends_with("_pattern") || kind.ends_with("_type") || kind.ends_with("_parameter"),
        }
    }

    /// Go's `a, b := …` and `for a, b := range …`.
    fn is_declared_list(&self, list: usize) -> bool {
        let around = self.kind(self.parent(list));
        self.field_of(list) == "left" && matches!(around, "short_var_declaration" | "range_clause")
    }

    /// The left side of an assignment, or what `++` counts.
    pub fn is_target(&self, node: usize) -> bool {
        let parent = self.parent(node);
        match self.word(parent) {
            Some(Word::Assign | Word::Augment) => self.sides(parent).is_some_and(|sides| sides.left == node),
            Some(Word::Step) => true,
            Some(Word::Several) => {
                self.field_of(parent) == "left" && self.is(self.parent(parent), &[Word::Assign, Word::Augment])
            }
            _ => false,
        }
    }

    /// A statement of a block, or the one that stands in a block's place.
    pub fn is_statement(&self, node: usize) -> bool {
        let parent = self.parent(node);
        if !self.tree[node].named || self.word(node) == Some(Word::Comment) || parent == node {
            return false;
        }
        if self.kind(node) == "statement_list" {
            return false;
        }
        self.word(parent) == Some(Word::Block) || (self.stands_alone(node) && self.word(node) != Some(Word::Block))
    }

    /// The lone statement of a branch or a loop that has no braces.
    fn stands_alone(&self, node: usize) -> bool {
        if matches!(self.language, Language::Rust | Language::Go) {
            return false;
        }
        let field = self.field_of(node);
        match self.word(self.parent(node)) {
            Some(Word::If) => matches!(field, "consequence" | "alternative") && self.word(node) != Some(Word::Else),
            Some(Word::Else) => self.tree[node].named,
            Some(word) if word.is_loop() => field == "body",
            _ => false,
        }
    }

    pub fn is_in_block(&self, node: usize) -> bool {
        self.word(self.parent(node)) == Some(Word::Block)
    }

    /// Rust's last expression of a block is its value.
    pub fn is_tail(&self, node: usize) -> bool {
        self.language == Language::Rust
            && self.is_in_block(node)
            && self.word(node).is_none_or(|word| !matches!(word, Word::Simple | Word::Declare | Word::Empty))
            && self.inner(self.parent(node)).last() == Some(&node)
    }

    /// The innermost statement around a node, or the node itself.
    pub fn statement(&self, node: usize) -> usize {
        std::iter::once(node).chain(self.tree.above(node)).find(|n| self.is_statement(*n)).unwrap_or(node)
    }

    /// A statement without the wrapping that says that it is one.
    pub fn inside(&self, statement: usize) -> usize {
        match self.inner(statement)[..] {
            [only] if self.word(statement) == Some(Word::Simple) => only,
            _ => statement,
        }
    }

    pub fn line_start(&self, byte: usize) -> usize {
        memchr::memrchr(b'\n', &self.file.text[..byte]).map_or(0, |at| at + 1)
    }

    /// Behind the end of the line that holds the byte.
    pub fn line_end(&self, byte: usize) -> usize {
        memchr::memchr(b'\n', &self.file.text[byte..]).map_or(self.file.text.len(), |at| byte + at + 1)
    }

    /// What stands before a statement on its line, when that is nothing but its indentation.
    pub fn indent(&self, statement: usize) -> Option<&'a str> {
        let start = self.tree[statement].range.start;
        let before = self.slice(&(self.line_start(start)..start));
        before.chars().all(|c| c == ' ' || c == '\t').then_some(before)
    }

    pub fn indent_of_line(&self, node: usize) -> &'a str {
        let start = self.line_start(self.tree[node].range.start);
        let rest = &self.file.text[start..];
        let length = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        self.slice(&(start..start + length))
    }

    /// The step by which the function indents.
    pub fn step(&self) -> &'a str {
        let first = self.body().and_then(|body| self.inner(body).first().copied());
        let (outer, inner) = (self.indent_of_line(self.function), first.and_then(|s| self.indent(s)));
        let usual = if self.language == Language::Go { "\t" } else { "    " };
        inner.and_then(|inner| inner.strip_prefix(outer)).filter(|step| !step.is_empty()).unwrap_or(usual)
    }

    /// `;` where the language wants one.
    pub fn end(&self) -> &'static str {
        let script = self.language.is_script() && memchr::memmem::find(&self.file.text, b";\n").is_none();
        if self.language == Language::Go || (script && memchr::memmem::find(&self.file.text, b";\r").is_none()) {
            ""
        } else {
            ";"
        }
    }

    pub fn in_loop(&self, node: usize) -> bool {
        let is_function = |n: &usize| self.word(*n) == Some(Word::Function);
        self.tree.above(node).take_while(|n| !is_function(n)).any(|n| self.word(n).is_some_and(Word::is_loop))
    }

    /// The variables that have a value at a byte.
    pub fn vars_at(&self, byte: usize) -> impl Iterator<Item = &Var> {
        self.vars.iter().filter(move |var| var.since <= byte && byte <= var.until)
    }

    /// The innermost variable of a name at a byte.
    pub fn var(&self, name: &str, byte: usize) -> Option<&Var> {
        self.vars_at(byte).filter(|var| var.name == name).max_by_key(|var| var.since)
    }

    pub fn var_of(&self, node: usize) -> Option<&Var> {
        self.var(self.text(node), self.tree[node].range.start).or_else(|| {
            let text = self.text(node);
            self.vars.iter().find(|var| var.name == text)
        })
    }

    fn read_file(&mut self) {
        for node in self.tree.all() {
            match words::word(self.language, self.kind(node)) {
                Some(Word::Function) => self.read_function(node),
                Some(Word::Member) if !self.is_called(node) => {
                    if let Some((object, name)) = self.member(node) {
                        self.members.insert((self.text(object).to_owned(), self.text(name).to_owned()));
                    }
                }
                Some(Word::Call) => {
                    if let Some(Callee { name, object: Some(object), arguments }) = self.callee(node) {
                        let count = self.inner(arguments).len();
                        self.methods.insert((self.text(object).to_owned(), self.text(name).to_owned(), count));
                    }
                }
                _ if self.kind(node).contains("field_d") => {
                    let found = vars::declared_fields(self, node);
                    self.fields.extend(found);
                }
                _ => {}
            }
        }
    }

    fn read_function(&mut self, node: usize) {
        let Some((name, parameters)) = vars::signature(self, node) else { return };
        let given = vars::given_back(self, node);
        self.callables.insert(name, (parameters.len(), given));
    }
}
