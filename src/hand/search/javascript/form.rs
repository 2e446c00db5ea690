//! How a suspect function can be exchanged while the program runs: the hook that is woven into it, and what makes its
//! text an expression which the hook can evaluate in the function's own place.

use super::super::hunt::{File, Spot};
use super::types;
use super::weave;
use base64::Engine as _;
use serde::Serialize;

/// How a candidate's text becomes a function.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// `function …`, called with the function's own `this`.
    Plain,
    /// A method, without its name.
    Method,
    /// What says `super` can only live inside of the method itself: an arrow function.
    Inside,
    /// An arrow function is wrapped as a whole.
    Arrow,
}

/// What the driver has to know of a spot.
#[derive(Debug, Serialize)]
pub struct Form {
    start: usize,
    /// Base64: it need not be UTF-8.
    text: String,
    before: String,
    after: String,
    /// Changes that make it an expression, and give way to a candidate's own.
    fixed: Vec<(usize, usize, String)>,
    /// It sees variables of a call: what is made of it for one call is of no use to the next.
    each: bool,
    #[serde(skip)]
    place: (usize, usize),
    #[serde(skip)]
    hook: (String, String),
    #[serde(skip)]
    shape: Shape,
}

impl Form {
    /// `None` where it cannot be exchanged.
    pub fn of(file: &File, spot: &Spot) -> Option<Self> {
        let tree = &file.tree;
        let node = spot.node;
        let body = tree.field(node, "body")?;
        let range = tree[node].range.clone();
        let kinds = || tree.below(node).map(|n| tree[n].kind);
        // Only the project's own tools know what these become.
        if kinds().any(|kind| kind.starts_with("jsx_") || kind == "decorator") {
            return None;
        }
        let inside_class = tree.above(node).any(|n| tree[n].kind == "class_body");
        let says = |kind: &str| kinds().any(|k| k == kind);
        let shape = match tree[node].kind {
            "arrow_function" => Shape::Arrow,
            "method_definition" if says("super") => Shape::Inside,
            "method_definition" => Shape::Method,
            _ => Shape::Plain,
        };
        let generator = tree[node].children.iter().any(|n| tree[*n].kind == "*") || tree[node].kind.starts_with("gen");
        if shape == Shape::Inside && generator {
            return None;
        }
        let nested = tree.above(node).any(|n| weave::is_function(tree, n));
        let own_this = shape == Shape::Arrow && (says("this") || says("super") || text_says(file, node, "arguments"));
        let mut form = Self {
            start: range.start,
            text: base64::engine::general_purpose::STANDARD.encode(&file.text[range.clone()]),
            before: "(".to_owned(),
            after: ")".to_owned(),
            fixed: Vec::new(),
            each: nested || own_this || shape == Shape::Inside,
            place: (range.start, range.end),
            hook: (String::new(), String::new()),
            shape,
        };
        let reach = reach(file);
        form.hook = match shape {
            Shape::Arrow => ("__thanos.wrap(#,".to_owned(), format!(",{reach})")),
            _ => {
                let at = weave::directive_end(file, body)?;
                form.place = (at, at);
                let back = if generator { "yield* $" } else { "$" };
                let hook = format!(
                    "if(__thanos.on[#]!==undefined){{const $=__thanos.call(#,{reach},this,arguments);\
                     if($!==__thanos.none)return {back};}}"
                );
                (hook.replace('$', "__thanosResult"), String::new())
            }
        };
        if shape == Shape::Inside && is_constructor(file, node) {
            // `this` is not there before `super` has been called.
            form.hook.0 = form.hook.0.replace(",this,arguments", ",undefined,arguments");
        }
        form.make_expression(file, node, shape, inside_class)?;
        for (from, to, text) in types::erased(file, node)? {
            form.fixed.push((from - range.start, to - range.start, text));
        }
        form.fixed.extend(weave::ticks(file, tree.below(node), range.start).map(|(at, _, text)| (at, at, text)));
        form.fixed.sort();
        Some(form)
    }

    pub fn hook(&self, number: usize) -> Vec<(usize, i32, String)> {
        let (head, tail) = (self.hook.0.replace('#', &number.to_string()), self.hook.1.clone());
        match self.shape {
            Shape::Arrow => vec![(self.place.0, 3, head), (self.place.1, -3, tail)],
            _ => vec![(self.place.0, 0, head)],
        }
    }

    fn make_expression(&mut self, file: &File, node: usize, shape: Shape, inside_class: bool) -> Option<()> {
        let tree = &file.tree;
        let start = self.start;
        let name = tree.field(node, "name").map(|n| tree[n].range.clone());
        let parameters = tree.field(node, "parameters").map(|n| tree[n].range.clone());
        let is_async = tree[node].children.iter().any(|n| tree[*n].kind == "async");
        let is_generator = tree[node].children.iter().any(|n| tree[*n].kind == "*");
        let asynchronous = if is_async { "async " } else { "" };
        let strict = if inside_class { "'use strict';" } else { "" };
        match shape {
            // The name means what it means outside, unless only the function itself knows it.
            Shape::Plain if tree[node].kind.ends_with("declaration") => {
                let name = name?;
                self.fixed.push((name.start - start, name.end - start, String::new()));
            }
            Shape::Plain | Shape::Arrow => {}
            Shape::Method => {
                let star = if is_generator { "*" } else { "" };
                self.fixed.push((0, name?.end - start, format!("{asynchronous}{star}it")));
                self.before = format!("(()=>{{{strict}return({{");
                self.after = "}).it})()".to_owned();
            }
            Shape::Inside => {
                let parameters = parameters?;
                self.fixed.push((0, parameters.start - start, asynchronous.to_owned()));
                let end = tree.field(node, "return_type").map_or(parameters.end, |n| tree[n].range.end);
                self.fixed.push((end - start, end - start, "=>".to_owned()));
            }
        }
        Some(())
    }
}

fn is_constructor(file: &File, node: usize) -> bool {
    file.tree.field(node, "name").is_some_and(|n| file.syntax.text(&file.tree[n].range) == "constructor")
}

fn text_says(file: &File, node: usize, word: &str) -> bool {
    let tree = &file.tree;
    tree.below(node).any(|n| tree[n].kind == "identifier" && file.syntax.text(&tree[n].range) == word)
}

/// A function that evaluates in its own place. Tools that turn modules into something else rename what a module
/// imports and exports, which a text that is evaluated later cannot know: those names are handed in.
fn reach(file: &File) -> String {
    let names = handed(file);
    if names.is_empty() {
        return "$=>eval($)".replace('$', "__thanosText");
    }
    let names = names.join(",");
    format!("$=>(({names})=>eval($))({names})").replace('$', "__thanosText")
}

fn handed(file: &File) -> Vec<String> {
    let tree = &file.tree;
    let text = |n: usize| file.syntax.text(&tree[n].range).to_owned();
    let mut names: Vec<String> = Vec::new();
    for node in tree.all() {
        let bound = match tree[node].kind {
            "import_clause" | "namespace_import" => {
                tree.inner(node).into_iter().find(|n| tree[*n].kind == "identifier").map(text)
            }
            // A variable that is exported lives on among the exports alone.
            "variable_declarator" if tree.above(node).nth(1).is_some_and(|n| tree[n].kind == "export_statement") => {
                tree.field(node, "name").filter(|n| tree[*n].kind == "identifier").map(text)
            }
            "import_specifier" => tree.field(node, "alias").or(tree.field(node, "name")).map(text),
            _ => None,
        };
        names.extend(bound);
    }
    // A type is no value, and what is only imported as one may not be there when the program runs.
    let used = |name: &String| {
        tree.all().any(|n| {
            tree[n].kind == "identifier"
                && file.syntax.text(&tree[n].range) == name
                && !tree.above(n).any(|above| tree[above].kind == "import_statement")
        })
    };
    names.retain(used);
    names.sort();
    names.dedup();
    names.truncate(60);
    names
}
