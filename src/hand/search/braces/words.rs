//! The words that the grammars have for the same things. Families of edits speak in these.

use crate::syntax::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    // Values.
    Name,
    Number,
    Float,
    Text,
    Char,
    True,
    False,
    Null,
    Binary,
    Unary,
    /// `x++`
    Step,
    Assign,
    /// `x += y`
    Augment,
    Ternary,
    Call,
    New,
    Member,
    Index,
    /// Go's `x[a:b]`.
    Slice,
    Paren,
    List,
    Cast,
    /// Rust's `a..b`.
    Range,
    /// Rust's `&x`, C's `&x` and `*x`.
    Refer,
    Macro,
    Function,
    /// Any other value.
    Value,
    // Lists.
    Arguments,
    Parameters,
    /// Go's `a, b`.
    Several,
    // Statements.
    Block,
    Simple,
    Declare,
    /// A name with the value that it gets where it is declared.
    Binding,
    If,
    Else,
    While,
    Do,
    For,
    /// For each thing of a collection.
    Each,
    Forever,
    Switch,
    Return,
    Break,
    Continue,
    Throw,
    Empty,
    Comment,
}

use Word::*;

type Table = &'static [(&'static str, Word)];

const SCRIPT: Table = &[
    ("identifier", Name),
    ("undefined", Null),
    ("number", Number),
    ("string", Text),
    ("template_string", Text),
    ("true", True),
    ("false", False),
    ("null", Null),
    ("binary_expression", Binary),
    ("unary_expression", Unary),
    ("update_expression", Step),
    ("assignment_expression", Assign),
    ("augmented_assignment_expression", Augment),
    ("ternary_expression", Ternary),
    ("call_expression", Call),
    ("new_expression", New),
    ("member_expression", Member),
    ("subscript_expression", Index),
    ("parenthesized_expression", Paren),
    ("array", List),
    ("arrow_function", Function),
    ("function_expression", Function),
    ("function_declaration", Function),
    ("generator_function", Function),
    ("generator_function_declaration", Function),
    ("method_definition", Function),
    ("this", Value),
    ("object", Value),
    ("await_expression", Value),
    ("yield_expression", Value),
    ("regex", Value),
    ("as_expression", Cast),
    ("non_null_expression", Value),
    ("arguments", Arguments),
    ("formal_parameters", Parameters),
    ("statement_block", Block),
    ("expression_statement", Simple),
    ("lexical_declaration", Declare),
    ("variable_declaration", Declare),
    ("variable_declarator", Binding),
    ("if_statement", If),
    ("else_clause", Else),
    ("while_statement", While),
    ("do_statement", Do),
    ("for_statement", For),
    ("for_in_statement", Each),
    ("switch_statement", Switch),
    ("return_statement", Return),
    ("break_statement", Break),
    ("continue_statement", Continue),
    ("throw_statement", Throw),
    ("empty_statement", Empty),
    ("comment", Comment),
];

const JAVA: Table = &[
    ("identifier", Name),
    ("decimal_integer_literal", Number),
    ("hex_integer_literal", Number),
    ("decimal_floating_point_literal", Float),
    ("string_literal", Text),
    ("character_literal", Char),
    ("true", True),
    ("false", False),
    ("null_literal", Null),
    ("binary_expression", Binary),
    ("unary_expression", Unary),
    ("update_expression", Step),
    ("assignment_expression", Assign),
    ("ternary_expression", Ternary),
    ("method_invocation", Call),
    ("object_creation_expression", New),
    ("field_access", Member),
    ("array_access", Index),
    ("parenthesized_expression", Paren),
    ("array_creation_expression", Value),
    ("array_initializer", List),
    ("cast_expression", Cast),
    ("instanceof_expression", Value),
    ("switch_expression", Switch),
    ("lambda_expression", Function),
    ("method_declaration", Function),
    ("constructor_declaration", Function),
    ("this", Value),
    ("argument_list", Arguments),
    ("formal_parameters", Parameters),
    ("block", Block),
    ("constructor_body", Block),
    ("expression_statement", Simple),
    ("local_variable_declaration", Declare),
    ("variable_declarator", Binding),
    ("if_statement", If),
    ("while_statement", While),
    ("do_statement", Do),
    ("for_statement", For),
    ("enhanced_for_statement", Each),
    ("return_statement", Return),
    ("break_statement", Break),
    ("continue_statement", Continue),
    ("throw_statement", Throw),
    (";", Empty),
    ("line_comment", Comment),
    ("block_comment", Comment),
];

const RUST: Table = &[
    ("identifier", Name),
    ("integer_literal", Number),
    ("float_literal", Float),
    ("string_literal", Text),
    ("char_literal", Char),
    ("boolean_literal", True),
    ("binary_expression", Binary),
    ("unary_expression", Unary),
    ("assignment_expression", Assign),
    ("compound_assignment_expr", Augment),
    ("call_expression", Call),
    ("field_expression", Member),
    ("index_expression", Index),
    ("parenthesized_expression", Paren),
    ("array_expression", List),
    ("tuple_expression", Value),
    ("type_cast_expression", Cast),
    ("range_expression", Range),
    ("reference_expression", Refer),
    ("try_expression", Value),
    ("await_expression", Value),
    ("macro_invocation", Macro),
    ("struct_expression", Value),
    ("scoped_identifier", Value),
    ("self", Value),
    ("closure_expression", Function),
    ("function_item", Function),
    ("arguments", Arguments),
    ("parameters", Parameters),
    ("closure_parameters", Parameters),
    ("block", Block),
    ("expression_statement", Simple),
    ("let_declaration", Declare),
    ("if_expression", If),
    ("else_clause", Else),
    ("while_expression", While),
    ("for_expression", Each),
    ("loop_expression", Forever),
    ("match_expression", Switch),
    ("return_expression", Return),
    ("break_expression", Break),
    ("continue_expression", Continue),
    ("empty_statement", Empty),
    ("line_comment", Comment),
    ("block_comment", Comment),
];

const GO: Table = &[
    ("identifier", Name),
    ("int_literal", Number),
    ("float_literal", Float),
    ("interpreted_string_literal", Text),
    ("raw_string_literal", Text),
    ("rune_literal", Char),
    ("true", True),
    ("false", False),
    ("nil", Null),
    ("binary_expression", Binary),
    ("unary_expression", Unary),
    ("inc_statement", Step),
    ("dec_statement", Step),
    ("assignment_statement", Assign),
    ("call_expression", Call),
    ("selector_expression", Member),
    ("index_expression", Index),
    ("slice_expression", Slice),
    ("parenthesized_expression", Paren),
    ("composite_literal", Value),
    ("type_conversion_expression", Cast),
    ("type_assertion_expression", Value),
    ("func_literal", Function),
    ("function_declaration", Function),
    ("method_declaration", Function),
    ("argument_list", Arguments),
    ("parameter_list", Parameters),
    ("expression_list", Several),
    ("statement_list", Block),
    ("expression_statement", Simple),
    ("short_var_declaration", Declare),
    ("var_declaration", Declare),
    ("var_spec", Binding),
    ("if_statement", If),
    ("for_statement", For),
    ("expression_switch_statement", Switch),
    ("type_switch_statement", Switch),
    ("return_statement", Return),
    ("break_statement", Break),
    ("continue_statement", Continue),
    ("empty_statement", Empty),
    ("comment", Comment),
];

const C: Table = &[
    ("identifier", Name),
    ("number_literal", Number),
    ("string_literal", Text),
    ("char_literal", Char),
    ("true", True),
    ("false", False),
    ("null", Null),
    ("binary_expression", Binary),
    ("unary_expression", Unary),
    ("pointer_expression", Refer),
    ("update_expression", Step),
    ("assignment_expression", Assign),
    ("conditional_expression", Ternary),
    ("call_expression", Call),
    ("field_expression", Member),
    ("subscript_expression", Index),
    ("parenthesized_expression", Paren),
    ("initializer_list", List),
    ("cast_expression", Cast),
    ("sizeof_expression", Value),
    ("compound_literal_expression", Value),
    ("function_definition", Function),
    ("argument_list", Arguments),
    ("parameter_list", Parameters),
    ("compound_statement", Block),
    ("expression_statement", Simple),
    ("declaration", Declare),
    ("init_declarator", Binding),
    ("if_statement", If),
    ("else_clause", Else),
    ("while_statement", While),
    ("do_statement", Do),
    ("for_statement", For),
    ("switch_statement", Switch),
    ("return_statement", Return),
    ("break_statement", Break),
    ("continue_statement", Continue),
    ("comment", Comment),
];

/// `None` for what no family looks at.
pub fn word(language: Language, kind: &str) -> Option<Word> {
    let table = match language {
        Language::JavaScript | Language::TypeScript | Language::Tsx => SCRIPT,
        Language::Java => JAVA,
        Language::Rust => RUST,
        Language::Go => GO,
        Language::C => C,
        Language::Python => return None,
    };
    table.iter().find(|(known, _)| *known == kind).map(|(_, word)| *word)
}

impl Word {
    pub fn is_value(self) -> bool {
        matches!(
            self,
            Name | Number
                | Float
                | Text
                | Char
                | True
                | False
                | Null
                | Binary
                | Unary
                | Step
                | Assign
                | Augment
                | Ternary
                | Call
                | New
                | Member
                | Index
                | Slice
                | Paren
                | List
                | Cast
                | Range
                | Refer
                | Macro
                | Function
                | Value
        )
    }

    pub fn is_loop(self) -> bool {
        matches!(self, While | Do | For | Each | Forever)
    }

    /// After it nothing of the same block is reached.
    pub fn leaves(self) -> bool {
        matches!(self, Return | Break | Continue | Throw)
    }
}
