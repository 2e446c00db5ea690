//! What a file takes from other modules and what it gives: imports and exports at its top level.

use super::Language;
use std::ops::Range;
use tree_sitter::{Node, Tree};

/// One name that an import brings into the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The whole statement.
    pub statement: Range<usize>,
    /// As it is written: `os.path`, `.b`, `./b.js`.
    pub source: String,
    pub taken: Taken,
    /// The name that it has here, and where it stands.
    pub bound: String,
    pub binding: Range<usize>,
    /// Where the name stands that the other module has for it.
    pub original: Range<usize>,
    pub form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Import,
    /// `import type`.
    Type,
    /// `const x = require('y')`.
    Require,
    /// `export { x } from 'y'`: the name is not there in the file itself.
    PassedOn,
}

/// What of the other module is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    Whole,
    Default,
    Named(String),
}

/// What other modules may take from a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exports {
    /// Each with every place that gives it this name.
    pub named: Vec<(String, Range<usize>)>,
    /// `export default`: the declared name, when it has one.
    pub default: Option<Option<String>>,
    /// There is more than can be read here: `export *`, CommonJS.
    pub is_open: bool,
}

pub(super) fn imports(tree: &Tree, text: &[u8], language: Language) -> Vec<Import> {
    let reader = Reader { text };
    let mut found = Vec::new();
    for node in children(tree.root_node()) {
        match (language, node.kind()) {
            (Language::Rust | Language::Go | Language::Java | Language::C, _) => {}
            (Language::Python, "import_statement") => reader.python_import(node, &mut found),
            (Language::Python, "import_from_statement") => reader.python_from(node, &mut found),
            (Language::Python, _) => {}
            (_, "import_statement") => reader.script_import(node, &mut found),
            (_, "export_statement") => reader.passed_on(node, &mut found),
            (_, "lexical_declaration" | "variable_declaration") => reader.required(node, &mut found),
            _ => {}
        }
    }
    found
}

pub(super) fn exports(tree: &Tree, text: &[u8], language: Language) -> Exports {
    let reader = Reader { text };
    let mut exports = Exports::default();
    for node in children(tree.root_node()) {
        match (language, node.kind()) {
            (Language::Rust | Language::Go | Language::Java | Language::C, _) => exports.is_open = true,
            (Language::Python, _) => reader.python_definition(node, &mut exports.named),
            (_, "export_statement") => reader.exported(node, &mut exports),
            (_, "expression_statement") => exports.is_open |= reader.is_commonjs(node),
            _ => {}
        }
    }
    exports
}

/// Where the first statement stands behind what must come first: a `#!` line, a docstring or directives,
/// `from __future__`.
pub(super) fn body(tree: &Tree) -> usize {
    let comes_first = |node: &Node| {
        let inner = node.named_child(0).map_or("", |inner| inner.kind());
        matches!(node.kind(), "comment" | "hash_bang_line" | "future_import_statement")
            || (node.kind() == "expression_statement" && inner == "string")
    };
    let all = children(tree.root_node());
    let Some(at) = all.iter().position(|node| !comes_first(node)) else { return tree.root_node().end_byte() };
    // Comments right above a statement belong to it, but for those that begin the file.
    let comments = all[..at].iter().rev().take_while(|node| node.kind() == "comment").count();
    let above = at - comments;
    let at = if all[above].start_position().row > 0 { above } else { at };
    all[at].start_byte()
}

struct Reader<'a> {
    text: &'a [u8],
}

impl Reader<'_> {
    fn of(&self, node: Node) -> String {
        String::from_utf8_lossy(&self.text[node.byte_range()]).into_owned()
    }

    fn python_import(&self, statement: Node, found: &mut Vec<Import>) {
        let mut cursor = statement.walk();
        for clause in statement.children_by_field_name("name", &mut cursor) {
            let whole = clause.child_by_field_name("name").unwrap_or(clause);
            let first = whole.named_child(0).unwrap_or(whole);
            let bound = clause.child_by_field_name("alias").unwrap_or(first);
            found.push(self.import(statement, self.of(whole), Taken::Whole, bound, whole));
        }
    }

    fn python_from(&self, statement: Node, found: &mut Vec<Import>) {
        let Some(module) = statement.child_by_field_name("module_name") else { return };
        let mut cursor = statement.walk();
        for clause in statement.children_by_field_name("name", &mut cursor) {
            let original = clause.child_by_field_name("name").unwrap_or(clause);
            let bound = clause.child_by_field_name("alias").unwrap_or(original);
            found.push(self.import(statement, self.of(module), Taken::Named(self.of(original)), bound, original));
        }
    }

    fn script_import(&self, statement: Node, found: &mut Vec<Import>) {
        let Some(source) = statement.child_by_field_name("source").map(|node| self.unquoted(node)) else { return };
        let only_type = children(statement).iter().any(|child| child.kind() == "type");
        let Some(clause) = children(statement).into_iter().find(|child| child.kind() == "import_clause") else {
            return;
        };
        let begun = found.len();
        for part in children(clause) {
            match part.kind() {
                "identifier" => found.push(self.import(statement, source.clone(), Taken::Default, part, part)),
                "namespace_import" => {
                    let name = children(part).into_iter().find(|child| child.kind() == "identifier");
                    found.extend(name.map(|name| self.import(statement, source.clone(), Taken::Whole, name, name)));
                }
                "named_imports" => self.specifiers(statement, &source, part, found),
                _ => {}
            }
        }
        if only_type {
            found[begun..].iter_mut().for_each(|import| import.form = Form::Type);
        }
    }

    fn specifiers(&self, statement: Node, source: &str, list: Node, found: &mut Vec<Import>) {
        for specifier in children(list).into_iter().filter(|child| child.kind().ends_with("port_specifier")) {
            let Some(original) = specifier.child_by_field_name("name") else { continue };
            let bound = specifier.child_by_field_name("alias").unwrap_or(original);
            let name = self.of(original);
            let taken = if name == "default" { Taken::Default } else { Taken::Named(name) };
            found.push(self.import(statement, source.to_owned(), taken, bound, original));
        }
    }

    fn required(&self, statement: Node, found: &mut Vec<Import>) {
        let begun = found.len();
        for part in children(statement).into_iter().filter(|child| child.kind() == "variable_declarator") {
            let (Some(name), Some(source)) = (part.child_by_field_name("name"), self.require_of(part)) else {
                continue;
            };
            if name.kind() == "identifier" {
                found.push(self.import(statement, source, Taken::Whole, name, name));
                continue;
            }
            for member in children(name) {
                let (original, bound) = match member.kind() {
                    "shorthand_property_identifier_pattern" => (member, member),
                    "pair_pattern" => match (member.child_by_field_name("key"), member.child_by_field_name("value")) {
                        (Some(key), Some(value)) if value.kind() == "identifier" => (key, value),
                        _ => continue,
                    },
                    _ => continue,
                };
                found.push(self.import(statement, source.clone(), Taken::Named(self.of(original)), bound, original));
            }
        }
        found[begun..].iter_mut().for_each(|import| import.form = Form::Require);
    }

    fn passed_on(&self, statement: Node, found: &mut Vec<Import>) {
        let Some(source) = statement.child_by_field_name("source").map(|node| self.unquoted(node)) else { return };
        let begun = found.len();
        for list in children(statement).into_iter().filter(|child| child.kind() == "export_clause") {
            self.specifiers(statement, &source, list, found);
        }
        found[begun..].iter_mut().for_each(|import| import.form = Form::PassedOn);
    }

    fn require_of(&self, declarator: Node) -> Option<String> {
        let call = declarator.child_by_field_name("value").filter(|value| value.kind() == "call_expression")?;
        let is_require = call.child_by_field_name("function").is_some_and(|function| self.of(function) == "require");
        let argument = call.child_by_field_name("arguments").filter(|_| is_require)?.named_child(0)?;
        (argument.kind() == "string").then(|| self.unquoted(argument))
    }

    fn import(&self, statement: Node, source: String, taken: Taken, bound: Node, original: Node) -> Import {
        Import {
            statement: statement.byte_range(),
            source,
            taken,
            bound: self.of(bound),
            binding: bound.byte_range(),
            original: original.byte_range(),
            form: Form::Import,
        }
    }

    fn unquoted(&self, string: Node) -> String {
        self.of(string).trim_matches(['\'', '"', '`']).to_owned()
    }

    /// Functions, classes and assigned names of a module.
    fn python_definition(&self, node: Node, named: &mut Vec<(String, Range<usize>)>) {
        let defined = node.child_by_field_name("definition").unwrap_or(node);
        let name = match defined.kind() {
            "function_definition" | "class_definition" => defined.child_by_field_name("name"),
            "expression_statement" => {
                let assignment = defined.named_child(0).filter(|inner| inner.kind() == "assignment");
                assignment.and_then(|it| it.child_by_field_name("left")).filter(|left| left.kind() == "identifier")
            }
            _ => None,
        };
        named.extend(name.map(|name| (self.of(name), name.byte_range())));
    }

    fn exported(&self, statement: Node, exports: &mut Exports) {
        let parts = children(statement);
        let is_default = parts.iter().any(|part| part.kind() == "default");
        exports.is_open |= parts.iter().any(|part| matches!(part.kind(), "*" | "namespace_export" | "="));
        let declaration = statement.child_by_field_name("declaration");
        if is_default {
            let value = statement.child_by_field_name("value").filter(|value| value.kind() == "identifier");
            let name = declaration.and_then(|it| it.child_by_field_name("name")).or(value);
            exports.default = Some(name.map(|name| self.of(name)));
            return;
        }
        exports.named.extend(declaration.into_iter().flat_map(|it| self.declared(it)));
        for list in parts.iter().filter(|part| part.kind() == "export_clause") {
            for specifier in children(*list).into_iter().filter(|child| child.kind() == "export_specifier") {
                let alias = specifier.child_by_field_name("alias").or_else(|| specifier.child_by_field_name("name"));
                match alias.map(|name| (self.of(name), name.byte_range())) {
                    Some((name, _)) if name == "default" => exports.default = Some(None),
                    name => exports.named.extend(name),
                }
            }
        }
    }

    fn declared(&self, declaration: Node) -> Vec<(String, Range<usize>)> {
        let own = declaration.child_by_field_name("name");
        let declarators = children(declaration).into_iter().filter(|child| child.kind() == "variable_declarator");
        let patterns = declarators.filter_map(|it| it.child_by_field_name("name"));
        let mut names = Vec::new();
        for node in own.into_iter().chain(patterns) {
            super::visit(node, &mut |inner| {
                let kind = inner.kind();
                if inner.child_count() == 0 && (kind.ends_with("identifier") || kind.ends_with("identifier_pattern")) {
                    names.push((self.of(inner), inner.byte_range()));
                }
                true
            });
        }
        names
    }

    fn is_commonjs(&self, statement: Node) -> bool {
        let text = self.of(statement);
        text.starts_with("module.exports") || text.starts_with("exports.") || text.starts_with("Object.define")
    }
}

fn children(node: Node) -> Vec<Node> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Syntax;
    use super::*;

    fn taken(language: Language, text: &str) -> Vec<(String, String, Taken)> {
        let syntax = Syntax::parse(language, text.as_bytes()).unwrap();
        syntax.imports().into_iter().map(|it| (it.bound, it.source, it.taken)).collect()
    }

    #[test]
    fn imports_are_read_in_every_form() {
        let named = |bound: &str, source: &str, name: &str| {
            (bound.to_owned(), source.to_owned(), Taken::Named(name.to_owned()))
        };
        let whole = |bound: &str, source: &str| (bound.to_owned(), source.to_owned(), Taken::Whole);
        let default = |bound: &str, source: &str| (bound.to_owned(), source.to_owned(), Taken::Default);
        assert_eq!(
            taken(Language::Python, "import os.path, numpy as np\nfrom .b import (x, y as z)\nfrom . import c\n"),
            [
                whole("os", "os.path"),
                whole("np", "numpy"),
                named("x", ".b", "x"),
                named("z", ".b", "y"),
                named("c", ".", "c")
            ]
        );
        assert_eq!(
            taken(
                Language::JavaScript,
                "import a, { b, c as d } from './m.js';\nimport * as e from \"n\";\nexport { j } from './j';\nconst f = require('f'), { g, h: i } = require('g');\n"
            ),
            [
                default("a", "./m.js"),
                named("b", "./m.js", "b"),
                named("d", "./m.js", "c"),
                whole("e", "n"),
                named("j", "./j", "j"),
                whole("f", "f"),
                named("g", "g", "g"),
                named("i", "g", "h"),
            ]
        );
    }

    #[test]
    fn exports_are_read_in_every_form() {
        let text = "export const a = 1, { b } = o;\nexport function c() {}\nexport { d, e as f } from './x';\nexport interface G {}\nexport default class H {}\n";
        let exports = Syntax::parse(Language::TypeScript, text.as_bytes()).unwrap().exports();
        let names: Vec<_> = exports.named.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d", "f", "G"]);
        assert_eq!((exports.default, exports.is_open), (Some(Some("H".to_owned())), false));
        for text in ["export * from './x';\n", "module.exports = { a };\n", "exports.a = 1;\n"] {
            assert!(Syntax::parse(Language::JavaScript, text.as_bytes()).unwrap().exports().is_open, "{text}");
        }
        let python = "X = 1\n\n@d\ndef f(): pass\n\nclass C:\n    y = 2\n";
        let exports = Syntax::parse(Language::Python, python.as_bytes()).unwrap().exports();
        assert_eq!(exports.named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["X", "f", "C"]);
    }
}
