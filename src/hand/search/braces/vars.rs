//! The variables of a function and of its file: where each is known, of which type, and whether it may be written.

use super::super::aim::Types;
use super::kinds::Kind;
use super::scene::Scene;
use super::words::{self, Word};
use crate::syntax::Language;
use std::ops::Range;

#[derive(Debug, Clone)]
pub struct Var {
    pub name: String,
    pub kind: Option<Kind>,
    /// The first byte behind which it has a value, and the last where it is known.
    pub since: usize,
    pub until: usize,
    pub parameter: bool,
    /// It cannot be given another value.
    pub fixed: bool,
    /// It belongs to the file or the class.
    pub outer: bool,
}

/// Between a name and what declares it.
const WRAPPINGS: &[&str] = &[
    "array_pattern",
    "object_pattern",
    "pair_pattern",
    "rest_pattern",
    "assignment_pattern",
    "tuple_pattern",
    "mut_pattern",
    "ref_pattern",
    "reference_pattern",
    "slice_pattern",
    "tuple_struct_pattern",
    "match_pattern",
    "expression_list",
    "pointer_declarator",
    "array_declarator",
    "parenthesized_declarator",
];

pub fn find(scene: &Scene, types: &Types) -> Vec<Var> {
    let mut vars: Vec<Var> = Vec::new();
    for node in scene.nodes() {
        if matches!(scene.kind(node), "identifier" | "shorthand_property_identifier_pattern")
            && let Some(var) = declared(scene, node, &vars, types)
        {
            vars.push(var);
        }
    }
    outer(scene, &mut vars);
    vars
}

/// The variable that this name brings into being.
fn declared(scene: &Scene, name: usize, known: &[Var], types: &Types) -> Option<Var> {
    let (binder, top) = binder(scene, name)?;
    let place = place(scene, binder, top)?;
    let text = scene.text(name);
    let told = told(scene, binder, top, name == top);
    let seen = || types.get(text).into_iter().flatten().find_map(|kind| Kind::of(scene.language, kind));
    let kind = told.or_else(seen).or_else(|| inferred(scene, binder, top, name, known));
    Some(Var {
        name: text.to_owned(),
        kind,
        since: place.start,
        until: place.end,
        parameter: is_parameter(scene, binder),
        fixed: is_fixed(scene, binder, top),
        outer: false,
    })
}

/// What declares a name, and the part of it that the name is or stands in.
fn binder(scene: &Scene, name: usize) -> Option<(usize, usize)> {
    let mut top = name;
    loop {
        let parent = scene.parent(top);
        let field = scene.field_of(top);
        match scene.kind(parent) {
            "assignment_pattern" if field == "right" => return None,
            "pair_pattern" if field == "key" => return None,
            "array_declarator" if field == "size" => return None,
            "tuple_struct_pattern" if field == "type" => return None,
            kind if WRAPPINGS.contains(&kind) => top = parent,
            _ => break,
        }
    }
    let parent = scene.parent(top);
    let field = scene.field_of(top);
    let binds = match scene.kind(parent) {
        "variable_declarator" | "var_spec" | "const_spec" => field == "name",
        "short_var_declaration" | "range_clause" | "for_in_statement" => field == "left",
        "init_declarator" | "parameter_declaration" if scene.language == Language::C => field == "declarator",
        "declaration" => field == "declarator",
        "parameter_declaration"
        | "formal_parameter"
        | "spread_parameter"
        | "catch_formal_parameter"
        | "enhanced_for_statement" => field == "name",
        "let_declaration" | "let_condition" | "parameter" | "for_expression" | "match_arm" => field == "pattern",
        "required_parameter" | "optional_parameter" => field == "pattern",
        "arrow_function" => field == "parameter",
        "lambda_expression" => field == "parameters",
        "catch_clause" => field == "parameter",
        "formal_parameters" | "closure_parameters" | "inferred_parameters" => true,
        _ => false,
    };
    // `match x { NAME => … }` may be a constant.
    let constant = scene.kind(parent) == "match_arm" && scene.text(name).starts_with(char::is_uppercase);
    (binds && !constant && parent != scene.function).then_some((parent, top))
}

fn is_parameter(scene: &Scene, binder: usize) -> bool {
    matches!(
        scene.kind(binder),
        "parameter_declaration"
            | "formal_parameter"
            | "spread_parameter"
            | "parameter"
            | "required_parameter"
            | "optional_parameter"
            | "formal_parameters"
            | "closure_parameters"
            | "inferred_parameters"
            | "arrow_function"
            | "lambda_expression"
    )
}

/// Where it has a value.
fn place(scene: &Scene, binder: usize, top: usize) -> Option<Range<usize>> {
    let range = |n: usize| scene.tree[n].range.clone();
    let body = |n: usize| scene.field(n, "body").map(range);
    let around =
        |wanted: &dyn Fn(usize) -> bool| std::iter::once(binder).chain(scene.tree.above(binder)).find(|n| wanted(*n));
    let is_function = |n: usize| words::word(scene.language, scene.kind(n)) == Some(Word::Function);
    if is_parameter(scene, binder) {
        return body(around(&is_function)?);
    }
    match scene.kind(binder) {
        "for_in_statement" | "enhanced_for_statement" | "for_expression" | "catch_clause" => body(binder),
        "catch_formal_parameter" => body(scene.parent(binder)),
        "range_clause" => body(scene.parent(binder)),
        "match_arm" => {
            let pattern = range(top);
            Some(pattern.end..range(binder).end)
        }
        "let_condition" => {
            let owner = around(&|n| matches!(scene.kind(n), "if_expression" | "while_expression" | "match_arm"))?;
            let end = scene.field(owner, "consequence").map_or_else(|| range(owner).end, |n| range(n).end);
            Some(range(binder).end..end)
        }
        _ => {
            let is_var = scene.kind(scene.parent(binder)) == "variable_declaration";
            let whole = |n: usize| {
                let word = scene.word(n);
                is_function(n)
                    || (!is_var && (word == Some(Word::Block) || word.is_some_and(Word::is_loop)))
                    || (!is_var && scene.language == Language::Go && word == Some(Word::If))
            };
            let owner = scene.tree.above(binder).find(|n| whole(*n))?;
            Some(range(binder).end..range(owner).end)
        }
    }
}

/// The type as it is written.
fn told(scene: &Scene, binder: usize, top: usize, whole: bool) -> Option<Kind> {
    if scene.language == Language::C {
        let owner = if scene.kind(binder) == "init_declarator" { scene.parent(binder) } else { binder };
        return of_declarator(scene, scene.field(owner, "type")?, top);
    }
    let owner = if scene.kind(binder) == "variable_declarator" && scene.language == Language::Java {
        scene.parent(binder)
    } else {
        binder
    };
    let kind = scene.field(owner, "type").filter(|_| whole)?;
    let text = scene.text(kind).trim_start_matches(':');
    let extra = scene.field(binder, "dimensions").map_or("", |n| scene.text(n));
    let text = match scene.kind(binder) {
        "spread_parameter" => format!("{text}[]"),
        _ => format!("{}{extra}", text.trim()),
    };
    Kind::of(scene.language, &text)
}

/// `char` with `*s[3]` is `char *[3]`.
fn of_declarator(scene: &Scene, kind: usize, declarator: usize) -> Option<Kind> {
    let mut text = scene.text(kind).to_owned();
    let mut at = Some(declarator);
    let mut ends = String::new();
    while let Some(node) = at {
        match scene.kind(node) {
            "pointer_declarator" => text.push('*'),
            "array_declarator" => ends.push_str("[]"),
            _ => {}
        }
        at = scene.field(node, "declarator");
    }
    Kind::of(Language::C, &(text + &ends))
}

/// The type of the value that it starts with.
fn inferred(scene: &Scene, binder: usize, top: usize, name: usize, known: &[Var]) -> Option<Kind> {
    let whole = name == top;
    // What stands before it in the text is already known.
    let of = |node: usize| match scene.word(node) {
        Some(Word::Name) => {
            let text = scene.text(node);
            known.iter().rev().find(|var| var.name == text).and_then(|var| var.kind.clone())
        }
        _ => None,
    };
    let of = |node: usize| of(node).or_else(|| with(scene, known, node));
    match scene.kind(binder) {
        "for_in_statement" | "enhanced_for_statement" | "for_expression" => {
            let over = ["right", "value"].iter().find_map(|name| scene.field(binder, name))?;
            let is_range = scene.word(scene.bare(over)) == Some(Word::Range);
            let element = match of(over) {
                _ if !whole => None,
                _ if is_range => scene.inner(scene.bare(over)).iter().rev().find_map(|n| of(*n)),
                Some(Kind::Array(inner)) => inner.map(|kind| *kind),
                Some(Kind::Text) => Some(Kind::Text),
                _ => None,
            };
            let over_keys = scene.field(binder, "operator").is_some_and(|n| scene.text(n) == "in");
            if over_keys { Some(Kind::Text) } else { element }
        }
        "range_clause" => {
            let over = of(scene.field(binder, "right")?)?;
            match (scene.inner(top).iter().position(|n| *n == name)?, over) {
                (0, Kind::Int(name)) => Some(Kind::Int(name)),
                (0, Kind::Array(_) | Kind::Text) => Some(Kind::Int("int".to_owned())),
                (1, Kind::Array(inner)) => inner.map(|kind| *kind),
                (1, Kind::Text) => Some(Kind::Int("rune".to_owned())),
                _ => None,
            }
        }
        "short_var_declaration" => {
            let values = scene.field(binder, "right").map(|list| scene.inner(list))?;
            let names = scene.inner(top);
            let at = names.iter().position(|n| *n == name).filter(|_| names.len() == values.len())?;
            match of(values[at]) {
                Some(Kind::Int(name)) if name.is_empty() => Some(Kind::Int("int".to_owned())),
                Some(Kind::Float(name)) if name.is_empty() => Some(Kind::Float("float64".to_owned())),
                kind => kind,
            }
        }
        _ => {
            let (_, value) = scene.bound(binder).filter(|_| whole)?;
            of(value)
        }
    }
}

/// `Scene::type_of` with the variables that are known so far.
fn with(scene: &Scene, known: &[Var], node: usize) -> Option<Kind> {
    let part = scene.with_vars(known.to_vec());
    part.type_of(node)
}

fn is_fixed(scene: &Scene, binder: usize, top: usize) -> bool {
    let has = |node: usize, token: &str| scene.tree[node].children.iter().any(|n| scene.text(*n) == token);
    match scene.language {
        Language::Rust => !has(binder, "mut") && scene.kind(top) != "mut_pattern",
        Language::Java => {
            let owner = scene.parent(binder);
            scene.tree[owner].children.iter().any(|n| scene.kind(*n) == "modifiers" && scene.text(*n).contains("final"))
        }
        Language::C => scene.slice(&(scene.tree[binder].range.start..scene.tree[top].range.start)).contains("const "),
        Language::Go => scene.kind(binder) == "const_spec",
        _ => has(scene.parent(binder), "const") || has(binder, "const"),
    }
}

/// Names of the file: constants, globals, and the fields of a Java class.
fn outer(scene: &Scene, vars: &mut Vec<Var>) {
    let is_function = |n: usize| words::word(scene.language, scene.kind(n)) == Some(Word::Function);
    let mut found: Vec<Var> = Vec::new();
    for node in scene.tree.all() {
        let binds = matches!(
            scene.kind(node),
            "variable_declarator"
                | "const_item"
                | "static_item"
                | "var_spec"
                | "const_spec"
                | "declaration"
                | "preproc_def"
        );
        if !binds || scene.tree.above(node).any(is_function) {
            continue;
        }
        if let Some((name, kind, fixed)) = outer_one(scene, node)
            && !found.iter().chain(vars.iter()).any(|var| var.name == name)
        {
            let until = scene.file.text.len();
            found.push(Var { name, kind, since: 0, until, parameter: false, fixed, outer: true });
        }
    }
    vars.extend(found);
}

fn outer_one(scene: &Scene, node: usize) -> Option<(String, Option<Kind>, bool)> {
    let of = |n: usize| Kind::of(scene.language, scene.text(n).trim_start_matches(':').trim());
    match scene.kind(node) {
        "preproc_def" => {
            let value = scene.text(scene.field(node, "value")?).trim().trim_matches(['(', ')']);
            let number = value.parse::<f64>().is_ok() || value.starts_with("0x");
            let kind = if value.contains('.') { Kind::Float(String::new()) } else { Kind::int() };
            number.then(|| (scene.text(node_name(scene, node)).to_owned(), Some(kind), true))
        }
        "declaration" => {
            let declarator = scene.field(node, "declarator")?;
            let inner = if scene.kind(declarator) == "init_declarator" {
                scene.field(declarator, "declarator")?
            } else {
                declarator
            };
            let mut name = inner;
            while let Some(next) = scene.field(name, "declarator") {
                if scene.kind(name) == "function_declarator" {
                    return None;
                }
                name = next;
            }
            let kind = of_declarator(scene, scene.field(node, "type")?, inner);
            (scene.kind(name) == "identifier")
                .then(|| (scene.text(name).to_owned(), kind, scene.text(node).contains("const ")))
        }
        _ => {
            let name = scene.field(node, "name").filter(|n| scene.kind(*n) == "identifier")?;
            let owner = if scene.language == Language::Java { scene.parent(node) } else { node };
            let value = scene.field(node, "value").map(|n| scene.single(n));
            if value.is_some_and(|n| scene.is(n, &[Word::Function]) || scene.text(n).starts_with("require(")) {
                return None;
            }
            let kind = scene.field(owner, "type").and_then(of).or_else(|| with(scene, &[], value?));
            let before = scene.text(scene.parent(node));
            let fixed = matches!(scene.kind(node), "const_item" | "static_item" | "const_spec")
                || before.contains("final ")
                || before.starts_with("const ");
            Some((scene.text(name).to_owned(), kind, fixed))
        }
    }
}

fn node_name(scene: &Scene, node: usize) -> usize {
    scene.field(node, "name").unwrap_or(node)
}

/// The function's own declarator in C, where its name and its parameters are.
fn c_declarator(scene: &Scene, function: usize) -> Option<usize> {
    let mut at = scene.field(function, "declarator")?;
    while scene.kind(at) != "function_declarator" {
        at = scene.field(at, "declarator")?;
    }
    Some(at)
}

/// The node that names a function, where it has a name.
pub fn name_of(scene: &Scene, function: usize) -> Option<usize> {
    if scene.language == Language::C {
        return scene.field(c_declarator(scene, function)?, "declarator");
    }
    let given = || {
        let binding = scene.parent(function);
        (scene.kind(binding) == "variable_declarator").then(|| scene.field(binding, "name"))?
    };
    scene.field(function, "name").or_else(given)
}

/// Name and the types of the parameters.
pub fn signature(scene: &Scene, function: usize) -> Option<(String, Vec<Option<Kind>>)> {
    let name = scene.text(name_of(scene, function)?).to_owned();
    let owner = if scene.language == Language::C { c_declarator(scene, function)? } else { function };
    let Some(list) = scene.field(owner, "parameters") else {
        let one = scene.field(function, "parameter").map(|_| None);
        return Some((name, one.into_iter().collect()));
    };
    let mut kinds = Vec::new();
    for parameter in scene.inner(list) {
        if matches!(scene.kind(parameter), "self_parameter" | "receiver_parameter") || scene.text(parameter) == "void" {
            continue;
        }
        let told = scene.field(parameter, "type");
        let kind = match (scene.language, told) {
            (Language::C, Some(kind)) => {
                of_declarator(scene, kind, scene.field(parameter, "declarator").unwrap_or(kind))
            }
            (_, Some(kind)) => Kind::of(scene.language, scene.text(kind).trim_start_matches(':')),
            _ => None,
        };
        let names = scene.tree[parameter].children.iter().filter(|n| scene.field_of(**n) == "name").count();
        let count = if scene.language == Language::Go { names.max(1) } else { 1 };
        kinds.extend(std::iter::repeat_n(kind, count));
    }
    Some((name, kinds))
}

/// The type that a function gives back, where it is written.
pub fn given_back(scene: &Scene, function: usize) -> Option<Kind> {
    match scene.language {
        Language::C => of_declarator(scene, scene.field(function, "type")?, scene.field(function, "declarator")?),
        _ => {
            let kind = ["return_type", "result", "type"].iter().find_map(|name| scene.field(function, name))?;
            Kind::of(scene.language, scene.text(kind).trim_start_matches(':'))
        }
    }
}

/// The fields that one declaration of a class or struct brings.
pub fn declared_fields(scene: &Scene, node: usize) -> Vec<(String, Kind)> {
    let Some(kind) = scene.field(node, "type") else { return Vec::new() };
    let mut found = Vec::new();
    for part in &scene.tree[node].children {
        let name = match (scene.field_of(*part), scene.kind(*part)) {
            ("name" | "property", _) => Some(*part),
            ("declarator", "variable_declarator") => scene.field(*part, "name"),
            ("declarator", _) => std::iter::successors(Some(*part), |n| scene.field(*n, "declarator")).last(),
            _ => None,
        };
        let Some(name) = name else { continue };
        let kind = match scene.language {
            Language::C => of_declarator(scene, kind, *part),
            _ => Kind::of(scene.language, scene.text(kind).trim_start_matches(':')),
        };
        found.extend(kind.map(|kind| (scene.text(name).to_owned(), kind)));
    }
    found
}
