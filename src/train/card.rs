//! The data card, for machines and for people, and the recipe by which Oumi trains on the rows.

use super::{Format, Options, PARTS, Row, names};
use crate::report::markdown::{cell, table};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    pub schema: u32,
    pub format: String,
    pub made: String,
    /// Attempts that were looked at.
    pub sources: usize,
    pub rows: BTreeMap<String, usize>,
    pub repositories: BTreeMap<String, usize>,
    pub licences: BTreeMap<String, usize>,
    pub hands: BTreeMap<String, usize>,
    pub classes: BTreeMap<String, usize>,
    pub allowed_licences: Vec<String>,
    pub near: f64,
    /// Why, and how many.
    pub left_out: BTreeMap<String, usize>,
    /// Rows in which something personal or secret was masked.
    pub masked: usize,
    /// From the first to the last.
    pub time: Option<(String, String)>,
}

impl Card {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            schema: crate::record::SCHEMA,
            format: options.format.as_str().to_owned(),
            made: options.now.to_owned(),
            sources: 0,
            rows: BTreeMap::new(),
            repositories: BTreeMap::new(),
            licences: BTreeMap::new(),
            hands: BTreeMap::new(),
            classes: BTreeMap::new(),
            allowed_licences: options.allowed.to_vec(),
            near: options.near,
            left_out: BTreeMap::new(),
            masked: 0,
            time: None,
        }
    }

    pub(super) fn leave_out(&mut self, why: &str) {
        *self.left_out.entry(why.to_owned()).or_default() += 1;
    }

    pub(super) fn count(&mut self, parts: &[Vec<Row>; 3]) {
        let all = || parts.iter().flatten();
        self.rows = PARTS.iter().zip(parts).map(|(name, rows)| ((*name).to_owned(), rows.len())).collect();
        self.repositories = names(all(), |row| &row.repository);
        self.licences = names(all(), |row| &row.licence);
        let field =
            |name: &'static str| move |row: &Row| row.value["metadata"][name].as_str().unwrap_or_default().to_owned();
        let counted = |of: &dyn Fn(&Row) -> String| {
            let mut counts = BTreeMap::new();
            all().for_each(|row| *counts.entry(of(row)).or_default() += 1);
            counts
        };
        self.hands = counted(&field("hand"));
        self.classes = counted(&field("class"));
        let times = || all().map(|row| row.at.clone());
        self.time = times().min().zip(times().max());
    }
}

/// The card as people read it.
pub fn markdown(card: &Card) -> String {
    let mut text = format!("# Repairs for training ({})\n\n", card.format.to_uppercase());
    let _ = writeln!(
        text,
        "Made by thanos-fix {} on {} from {} recorded attempts. Rows hold failing commands, their output, excerpts of \
         repositories and repairs.\n",
        env!("CARGO_PKG_VERSION"),
        card.made,
        card.sources
    );
    if let Some((first, last)) = &card.time {
        let _ = writeln!(text, "The attempts ended between {first} and {last}.\n");
    }
    let counts = |head: &str, counts: &BTreeMap<String, usize>| {
        let rows = counts.iter().map(|(name, count)| vec![cell(name), count.to_string()]);
        format!("## {head}\n\n{}\n", table(&["what", "rows"], rows))
    };
    for (head, of) in [
        ("Rows", &card.rows),
        ("Sources", &card.repositories),
        ("Licences", &card.licences),
        ("Hands", &card.hands),
        ("Kinds of failure", &card.classes),
        ("Left out, and why", &card.left_out),
    ] {
        text.push_str(&counts(head, of));
    }
    let _ = writeln!(
        text,
        "## How it was made\n\n- Licences that were allowed: {}.\n- Rows that are {:.0} % alike count once (MinHash over groups \
         of five words, numbers and layout aside).\n- Secrets, mail addresses, addresses of machines, telephone numbers, names \
         in home folders and in lines that name authors are masked: something was in {} rows. Nobody can promise that nothing \
         else is left; look before you publish it.\n- Split by time within a repository, the newest to test; rows about one \
         failure stay together; of ten repositories and more, some are in validation or test alone.",
        card.allowed_licences.join(", "),
        card.near * 100.0,
        card.masked
    );
    text
}

/// What `oumi train -c` takes. It opens every file that is named, and an empty one is none to it.
pub fn recipe(format: Format, has_validation: bool) -> String {
    let (trainer, dataset, more) = match format {
        Format::Sft => (
            "TRL_SFT",
            "text_sft",
            "    collator_name: text_completions_only_with_padding\n    train_target: ALL_ASSISTANT_TURNS\n",
        ),
        Format::Dpo => ("TRL_DPO", "text_dpo_jsonl", ""),
        // Oumi has no name for a file of such rows; with a path this class reads the file and not what it is named after.
        Format::Kto => ("TRL_KTO", "trl-lib/kto-mix-14k", ""),
    };
    let part = |name: &str, file: &str, more: &str| {
        format!("  {name}:\n    datasets:\n      - dataset_name: {dataset}\n        dataset_path: {file}.jsonl\n{more}")
    };
    let (validation, eval) = match has_validation {
        true => (part("validation", "validation", ""), "epoch"),
        false => (String::new(), "\"no\""),
    };
    format!(
        "# oumi train -c oumi.yaml, in this folder. Choose the model that you may tune and that your machine holds.\n\
         model:\n  model_name: Qwen/Qwen2.5-Coder-7B-Instruct\n  model_max_length: 8192\n  torch_dtype_str: bfloat16\n\
         data:\n{}{validation}\
         training:\n  trainer_type: {trainer}\n  output_dir: output\n  use_peft: true\n  num_train_epochs: 2\n  \
         per_device_train_batch_size: 1\n  gradient_accumulation_steps: 16\n  learning_rate: 1.0e-4\n  eval_strategy: {eval}\n\
         peft:\n  lora_r: 16\n  lora_alpha: 32\n  lora_target_modules: [q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, \
         down_proj]\n",
        part("train", "train", more),
    )
}
