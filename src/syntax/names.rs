//! Identifiers and what they are used for, read off the kinds and fields of the grammars.

use super::Language;
use std::ops::Range;
use tree_sitter::{Node, Tree, TreeCursor};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Variables, functions, modules; Python classes too.
    Value,
    Type,
    /// What stands behind a dot, or is declared inside a class, struct or object.
    Member,
    /// `f(name=…)`.
    Keyword,
    /// A JSX element.
    Tag,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub range: Range<usize>,
    pub role: Role,
    /// This place brings the name into being: a declaration, a parameter, an assignment, an import.
    pub defined: bool,
    /// The innermost named function around it.
    pub function: Option<Range<usize>>,
}

pub(super) fn names(tree: &Tree, language: Language) -> Vec<Name> {
    let mut found = Vec::new();
    let mut functions: Vec<Range<usize>> = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        while functions.last().is_some_and(|f| f.end <= node.start_byte()) {
            functions.pop();
        }
        if FUNCTIONS.contains(&node.kind()) {
            functions.push(node.byte_range());
        }
        if is_name(node) {
            found.push(name(node, &cursor, functions.last(), language));
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

const FUNCTIONS: &[&str] = &[
    "function_item",
    "function_definition",
    "function_declaration",
    "generator_function_declaration",
    "method_definition",
    "method_declaration",
    "constructor_declaration",
];

fn is_name(node: Node) -> bool {
    node.child_count() == 0
        && !node.is_missing()
        && node.is_named()
        && matches!(
            node.kind(),
            "identifier"
                | "field_identifier"
                | "type_identifier"
                | "property_identifier"
                | "package_identifier"
                | "private_property_identifier"
                | "shorthand_field_identifier"
                | "shorthand_property_identifier"
                | "shorthand_property_identifier_pattern"
        )
}

fn name(node: Node, cursor: &TreeCursor, function: Option<&Range<usize>>, language: Language) -> Name {
    let field = cursor.field_name();
    let parent = node.parent();
    Name {
        range: node.byte_range(),
        role: role(node, field, parent, language),
        defined: parent.is_some_and(|parent| defines(node, field, parent)),
        // A function's own name belongs to what is around it.
        function: function.filter(|_| !(field == Some("name") && is_function(parent))).cloned(),
    }
}

fn is_function(node: Option<Node>) -> bool {
    node.is_some_and(|n| FUNCTIONS.contains(&n.kind()))
}

fn role(node: Node, field: Option<&str>, parent: Option<Node>, language: Language) -> Role {
    let parent_kind = parent.map_or("", |p| p.kind());
    match node.kind() {
        "type_identifier" => Role::Type,
        "field_identifier" | "property_identifier" | "private_property_identifier" => Role::Member,
        _ if parent_kind.starts_with("jsx_") && field == Some("name") => Role::Tag,
        _ if parent_kind == "method_invocation" && field == Some("name") => Role::Member,
        _ if parent_kind == "field_access" && field == Some("field") => Role::Member,
        _ if parent_kind == "attribute" && field == Some("attribute") => Role::Member,
        _ if parent_kind == "keyword_argument" && field == Some("name") => Role::Keyword,
        _ if field == Some("name") && is_function(parent) && in_class(parent, language) => Role::Member,
        _ => Role::Value,
    }
}

/// Whether a function is declared directly inside a class, trait or impl.
fn in_class(function: Option<Node>, language: Language) -> bool {
    let wanted: &[&str] = match language {
        Language::Python => &["class_definition"],
        Language::Java => &["class_body", "interface_body", "enum_body_declarations"],
        _ => &["impl_item", "trait_item", "class_declaration"],
    };
    let mut at = function.and_then(|f| f.parent());
    for _ in 0..3 {
        match at {
            Some(node) if wanted.contains(&node.kind()) => return true,
            Some(node) if !is_function(Some(node)) => at = node.parent(),
            _ => return false,
        }
    }
    false
}

fn defines(node: Node, field: Option<&str>, parent: Node) -> bool {
    let kind = parent.kind();
    match field {
        Some("name") => declares(kind),
        Some("alias" | "key" | "property") if kind != "member_expression" => {
            kind != "pair_pattern" || field == Some("key")
        }
        Some("pattern" | "parameter" | "parameters") => true,
        Some("left") if kind == "expression_list" => false,
        Some("left") => matches!(kind, "assignment" | "for_statement" | "for_in_statement" | "for_in_clause"),
        Some("attribute") if kind == "attribute" => is_assigned(parent),
        Some("property") => is_assigned(parent),
        _ if kind == "expression_list" => is_short_declaration(parent),
        _ => node.kind() == "shorthand_property_identifier_pattern" || binds(kind),
    }
}

fn declares(kind: &str) -> bool {
    ["_item", "_definition", "_declaration", "_declarator", "_signature", "_parameter", "_spec", "import_specifier"]
        .iter()
        .any(|end| kind.ends_with(end))
        || matches!(
            kind,
            "class" | "enum_variant" | "enum_assignment" | "enum_body" | "named_expression" | "type_alias"
        )
}

fn binds(kind: &str) -> bool {
    kind.ends_with("_pattern")
        || matches!(
            kind,
            "parameters"
                | "lambda_parameters"
                | "closure_parameters"
                | "formal_parameters"
                | "typed_parameter"
                | "pattern_list"
                | "import_clause"
                | "namespace_import"
                | "use_list"
                | "as_pattern_target"
                | "type_parameters"
        )
}

/// Go's `a, b := …`, and `for a, b := range …`.
fn is_short_declaration(list: Node) -> bool {
    list.parent().is_some_and(|parent| {
        matches!(parent.kind(), "short_var_declaration" | "range_clause")
            && parent.child_by_field_name("left").is_some_and(|left| left.id() == list.id())
    })
}

fn is_assigned(member: Node) -> bool {
    member.parent().is_some_and(|assignment| {
        matches!(assignment.kind(), "assignment" | "assignment_expression")
            && assignment.child_by_field_name("left").is_some_and(|left| left.id() == member.id())
    })
}
