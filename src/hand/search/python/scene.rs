//! One function under suspicion, as the families of edits see it: its tree, the names in its scope with the types
//! that were seen in them, and what its module has to offer.

use super::super::aim::Types;
use crate::syntax::Branches;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Nodes that are values.
const VALUES: &[&str] = &[
    "identifier",
    "integer",
    "float",
    "string",
    "true",
    "false",
    "none",
    "list",
    "tuple",
    "set",
    "dictionary",
    "call",
    "attribute",
    "subscript",
    "binary_operator",
    "unary_operator",
    "comparison_operator",
    "boolean_operator",
    "not_operator",
    "parenthesized_expression",
    "conditional_expression",
    "list_comprehension",
    "set_comprehension",
    "dictionary_comprehension",
    "generator_expression",
    "lambda",
    "await",
    "concatenated_string",
    "yield",
];

pub struct Scene<'a> {
    pub text: &'a [u8],
    pub tree: &'a Branches,
    /// The node of the function, and its whole place.
    pub function: usize,
    pub vars: Vec<Var>,
    /// Functions of the module: name → how many arguments.
    pub callables: BTreeMap<String, usize>,
    /// Names behind dots in the module, by what stands before the dot.
    pub attributes: BTreeSet<(String, String)>,
    /// Module-level values that are not functions or modules.
    pub globals: Types,
    pub newline: &'static str,
}

#[derive(Debug, Clone)]
pub struct Var {
    pub name: String,
    pub kinds: Vec<String>,
    /// The first byte behind which it has a value, and the last where it is known.
    pub since: usize,
    pub until: usize,
    pub parameter: bool,
}

impl<'a> Scene<'a> {
    pub fn new(text: &'a [u8], tree: &'a Branches, function: usize, types: &Types, globals: &Types) -> Self {
        let newline = if memchr::memmem::find(text, b"\r\n").is_some() { "\r\n" } else { "\n" };
        let mut scene = Self {
            text,
            tree,
            function,
            vars: Vec::new(),
            callables: BTreeMap::new(),
            attributes: BTreeSet::new(),
            globals: globals.clone(),
            newline,
        };
        scene.vars = scene.find_vars(types);
        scene.read_module();
        scene
    }

    pub fn text(&self, node: usize) -> &'a str {
        self.slice(&self.tree[node].range)
    }

    pub fn slice(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub fn kind(&self, node: usize) -> &'static str {
        self.tree[node].kind
    }

    pub fn is(&self, node: usize, kinds: &[&str]) -> bool {
        kinds.contains(&self.tree[node].kind)
    }

    pub fn parent(&self, node: usize) -> usize {
        self.tree[node].parent
    }

    pub fn field(&self, node: usize, name: &str) -> Option<usize> {
        self.tree.field(node, name)
    }

    pub fn inner(&self, node: usize) -> Vec<usize> {
        self.tree.inner(node)
    }

    /// A value that is read: not a target, a name of a definition, an annotation or the name behind a dot.
    pub fn is_value(&self, node: usize) -> bool {
        let branch = &self.tree[node];
        if !branch.named || !VALUES.contains(&branch.kind) {
            return false;
        }
        let parent = self.kind(branch.parent);
        let field = branch.field.unwrap_or_default();
        let is_other = match parent {
            "attribute" => field == "attribute",
            "keyword_argument" | "default_parameter" | "typed_default_parameter" => field == "name",
            "function_definition" | "class_definition" => true,
            "parameters"
            | "lambda_parameters"
            | "typed_parameter"
            | "type"
            | "global_statement"
            | "dotted_name"
            | "nonlocal_statement"
            | "decorator"
            | "import_from_statement"
            | "import_statement"
            | "as_pattern_target"
            | "aliased_import"
            | "list_splat_pattern"
            | "pattern_list"
            | "tuple_pattern"
            | "delete_statement"
            | "except_clause"
            | "string"
            | "concatenated_string" => true,
            "for_statement" | "for_in_clause" | "assignment" | "augmented_assignment" => {
                field == "left" || field == "type"
            }
            _ => false,
        };
        !is_other && !self.is_docstring(node)
    }

    fn is_docstring(&self, node: usize) -> bool {
        self.is(node, &["string", "concatenated_string"]) && self.kind(self.parent(node)) == "expression_statement"
    }

    /// The innermost statement around a node, or the node itself.
    pub fn statement(&self, node: usize) -> usize {
        let is_one = |n: &usize| matches!(self.kind(self.parent(*n)), "block" | "module");
        std::iter::once(node).chain(self.tree.above(node)).find(is_one).unwrap_or(node)
    }

    /// The statements of a block, in order.
    pub fn statements(&self, block: usize) -> Vec<usize> {
        self.inner(block)
    }

    /// The bytes of a statement with its indentation, from the start of its line.
    pub fn line_start(&self, byte: usize) -> usize {
        memchr::memrchr(b'\n', &self.text[..byte]).map_or(0, |at| at + 1)
    }

    /// Behind the end of the line that holds the byte.
    pub fn line_end(&self, byte: usize) -> usize {
        memchr::memchr(b'\n', &self.text[byte..]).map_or(self.text.len(), |at| byte + at + 1)
    }

    /// What stands before a statement on its line, when that is nothing but its indentation.
    pub fn indent(&self, statement: usize) -> Option<&'a str> {
        let start = self.tree[statement].range.start;
        let before = self.slice(&(self.line_start(start)..start));
        before.chars().all(|c| c == ' ' || c == '\t').then_some(before)
    }

    /// The step by which the function indents.
    pub fn step(&self) -> &'a str {
        let body = self.field(self.function, "body").and_then(|body| self.statements(body).first().copied());
        let (outer, inner) = (self.indent_of_line(self.function), body.and_then(|s| self.indent(s)));
        inner.and_then(|inner| inner.strip_prefix(outer)).filter(|step| !step.is_empty()).unwrap_or("    ")
    }

    fn indent_of_line(&self, node: usize) -> &'a str {
        let start = self.line_start(self.tree[node].range.start);
        let rest = &self.text[start..];
        let length = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        self.slice(&(start..start + length))
    }

    /// The variables that have a value at a byte.
    pub fn vars_at(&self, byte: usize) -> impl Iterator<Item = &Var> {
        self.vars.iter().filter(move |var| var.since <= byte && byte <= var.until)
    }

    pub fn var(&self, name: &str) -> Option<&Var> {
        self.vars.iter().find(|var| var.name == name)
    }

    /// Every node of the function.
    pub fn nodes(&self) -> Range<usize> {
        self.tree.below(self.function)
    }

    fn find_vars(&self, types: &Types) -> Vec<Var> {
        let mut vars: Vec<Var> = Vec::new();
        let mut add = |name: &str, scope: Range<usize>, parameter: bool| match vars.iter_mut().find(|v| v.name == name)
        {
            Some(var) => (var.since, var.until) = (var.since.min(scope.start), var.until.max(scope.end)),
            None => vars.push(Var {
                name: name.to_owned(),
                kinds: types.get(name).cloned().unwrap_or_default(),
                since: scope.start,
                until: scope.end,
                parameter,
            }),
        };
        for node in self.nodes() {
            if self.kind(node) != "identifier" {
                continue;
            }
            if let Some((scope, parameter)) = self.binding(node) {
                add(self.text(node), scope, parameter);
            }
        }
        vars
    }

    /// Where a name is known and whether it is a parameter, where this node binds it.
    fn binding(&self, mut node: usize) -> Option<(Range<usize>, bool)> {
        loop {
            let parent = self.parent(node);
            let field = self.tree[node].field.unwrap_or_default();
            // Known to the end of the innermost function.
            let is_function = |n: &usize| self.kind(*n) == "function_definition";
            let end = self.tree.above(node).find(is_function).map_or(self.text.len(), |f| self.tree[f].range.end);
            let body = |n: usize| self.field(n, "body").map_or(self.tree[n].range.end, |b| self.tree[b].range.start);
            return match self.kind(parent) {
                "pattern_list"
                | "tuple_pattern"
                | "list_splat_pattern"
                | "list_pattern"
                | "typed_parameter"
                | "dictionary_splat_pattern" => {
                    node = parent;
                    continue;
                }
                "default_parameter" | "typed_default_parameter" if field == "name" => {
                    node = parent;
                    continue;
                }
                "parameters" if is_function(&self.parent(parent)) => Some((body(self.parent(parent))..end, true)),
                "assignment" | "augmented_assignment" if field == "left" => {
                    Some((self.tree[parent].range.end..end, false))
                }
                "for_statement" if field == "left" => Some((body(parent)..end, false)),
                // A comprehension's own name is known in it alone.
                "for_in_clause" if field == "left" => Some((self.tree[self.parent(parent)].range.clone(), false)),
                "as_pattern_target" => Some((self.tree[parent].range.end..end, false)),
                "named_expression" if field == "name" => Some((self.tree[parent].range.end..end, false)),
                _ => None,
            };
        }
    }

    fn read_module(&mut self) {
        for node in self.tree.all() {
            match self.kind(node) {
                "function_definition" => {
                    let name = self.field(node, "name").map(|n| self.text(n).to_owned());
                    let count = self.field(node, "parameters").map_or(0, |p| self.inner(p).len());
                    self.callables.extend(name.map(|name| (name, count)));
                }
                "attribute" => {
                    if let (Some(object), Some(name)) = (self.field(node, "object"), self.field(node, "attribute")) {
                        self.attributes.insert((self.text(object).to_owned(), self.text(name).to_owned()));
                    }
                }
                _ => {}
            }
        }
    }
}
