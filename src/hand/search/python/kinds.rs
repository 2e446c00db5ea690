//! What type a value has, as far as the text and the types that were seen tell.

use super::scene::{Scene, Var};

impl Scene<'_> {
    /// `int`, `list[str]`, …; `None` where nothing is known.
    pub fn type_of(&self, node: usize) -> Option<String> {
        let known = |name: &str| Some(name.to_owned());
        match self.kind(node) {
            "identifier" => self
                .var(self.text(node))
                .and_then(Var::kind)
                .map(str::to_owned)
                .or_else(|| self.globals.get(self.text(node)).and_then(|kinds| kinds.first().cloned())),
            "integer" => known("int"),
            "float" => known("float"),
            "string" | "concatenated_string" => known("str"),
            "true" | "false" | "comparison_operator" | "not_operator" => known("bool"),
            "none" => known("NoneType"),
            "list" | "list_comprehension" => known("list"),
            "tuple" => known("tuple"),
            "set" | "set_comprehension" => known("set"),
            "dictionary" | "dictionary_comprehension" => known("dict"),
            "parenthesized_expression" => self.inner(node).first().and_then(|inner| self.type_of(*inner)),
            "unary_operator" => self.field(node, "argument").and_then(|inner| self.type_of(inner)),
            "boolean_operator" => self.field(node, "right").and_then(|inner| self.type_of(inner)),
            "binary_operator" => self.type_of_operation(node),
            "call" => self.type_of_call(node),
            "subscript" => self.type_of_item(node),
            _ => None,
        }
    }

    fn type_of_operation(&self, node: usize) -> Option<String> {
        let sides = ["left", "right"].map(|side| self.field(node, side).and_then(|n| self.type_of(n)));
        let has = |name: &str| sides.iter().flatten().any(|kind| base(kind) == name);
        let name = ["str", "list", "tuple", "set", "float", "int"].into_iter().find(|name| has(name))?;
        let divides = self.field(node, "operator").is_some_and(|op| self.text(op) == "/");
        Some(if divides && name == "int" { "float".to_owned() } else { name.to_owned() })
    }

    fn type_of_call(&self, node: usize) -> Option<String> {
        let function = self.field(node, "function")?;
        let first = || self.inner(self.field(node, "arguments")?).first().copied();
        let name = match self.kind(function) {
            "attribute" => self.text(self.field(function, "attribute")?),
            _ => self.text(function),
        };
        let kind = match name {
            "len" | "int" | "ord" | "sum" | "count" | "index" | "find" | "hash" => "int",
            "str" | "repr" | "chr" | "join" | "strip" | "lower" | "upper" | "replace" | "format" | "lstrip"
            | "rstrip" => "str",
            "list" | "sorted" | "split" | "splitlines" => "list",
            "float" => "float",
            "bool" | "all" | "any" | "isinstance" | "startswith" | "endswith" | "isdigit" => "bool",
            "set" => "set",
            "dict" => "dict",
            "tuple" => "tuple",
            "range" => "range",
            "min" | "max" => return first().and_then(|n| self.type_of(n)).filter(|kind| !is_collection(kind)),
            "abs" | "round" | "reversed" => return first().and_then(|n| self.type_of(n)),
            _ => return None,
        };
        Some(kind.to_owned())
    }

    fn type_of_item(&self, node: usize) -> Option<String> {
        let whole = self.type_of(self.field(node, "value")?)?;
        let index = self.field(node, "subscript")?;
        if self.kind(index) == "slice" {
            return Some(whole);
        }
        match base(&whole) {
            "str" => Some("str".to_owned()),
            _ => Some(whole.split_once('[')?.1.trim_end_matches(']').to_owned()),
        }
    }

    /// How badly a variable fits where a type is wanted: 0 fits, 1 is unknown, `None` does not fit.
    pub fn fits(&self, var: &Var, wanted: Option<&str>) -> Option<f64> {
        let Some(wanted) = wanted else { return Some(0.8) };
        if var.kinds.is_empty() {
            return Some(1.0);
        }
        var.kinds.iter().any(|kind| alike(kind, wanted)).then_some(0.0)
    }
}

impl Var {
    /// The type seen most telling: not `NoneType`, where there is another.
    pub fn kind(&self) -> Option<&str> {
        let told = self.kinds.iter().find(|kind| *kind != "NoneType").or(self.kinds.first());
        told.map(String::as_str)
    }

    pub fn is(&self, kinds: &[&str]) -> bool {
        self.kinds.iter().any(|kind| kinds.contains(&base(kind)))
    }
}

pub fn base(kind: &str) -> &str {
    kind.split('[').next().unwrap_or(kind)
}

/// Numbers stand for each other.
pub fn alike(one: &str, other: &str) -> bool {
    let number = |kind: &str| matches!(kind, "int" | "float");
    let (one, other) = (base(one), base(other));
    one == other || (number(one) && number(other))
}

pub fn is_collection(kind: &str) -> bool {
    ["list", "tuple", "set", "dict", "str", "deque", "frozenset", "defaultdict", "Counter", "OrderedDict", "bytes"]
        .contains(&base(kind))
}

pub fn is_sequence(kind: &str) -> bool {
    ["list", "tuple", "str", "bytes"].contains(&base(kind))
}
