//! The hand `search` on JavaScript and TypeScript, with Node's own runner and with plain scripts.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

#[path = "common/heal.rs"]
mod heal;

use heal::Healed;

fn heal(files: &[(&str, &str)], command: &[&str]) -> Healed {
    heal::heal(files, &["--budget-seconds", "120"], command)
}

const QUEUE: &str = "export class Queue {\r\n  #items = [];\r\n  add(item) {\r\n    this.#items.push(item);\r\n    return this;\r\n  }\r\n  take() {\r\n    return this.#items.shift();\r\n  }\r\n  get size() {\r\n    return this.#items.length - 1;\r\n  }\r\n}\r\n";

#[test]
fn a_getter_of_a_class_with_private_fields_is_repaired_in_a_module() {
    let tests = "import test, { beforeEach, describe, it } from 'node:test';\nimport assert from 'node:assert/strict';\nimport { Queue } from '../queue.mjs';\n\ndescribe('queue', () => {\n  let queue;\n  beforeEach(() => { queue = new Queue(); });\n  it('is empty at first', () => assert.equal(queue.size, 0));\n  it('grows', async () => assert.equal(queue.add('a').add('b').size, 2));\n  it('gives the first', () => assert.equal(queue.add('a').add('b').take(), 'a'));\n});\n\ntest('three', async t => {\n  await t.test('inner', () => assert.equal(new Queue().add(1).add(2).add(3).size, 3));\n});\n";
    let healed = heal(&[("queue.mjs", QUEUE), ("test/queue.test.mjs", tests)], &["node", "--test"]);
    assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
    // Several texts say the same (`length`, `length - 0`); everything around stays, line ends too.
    let (mended, (before, after)) = (healed.text("queue.mjs"), QUEUE.split_once(" - 1").unwrap());
    assert_ne!(mended, QUEUE, "{}", healed.told);
    assert!(mended.starts_with(before.trim_end_matches("this.#items.length")) && mended.ends_with(after), "{mended}");
}

#[test]
fn a_script_is_a_test_as_a_whole_and_an_endless_loop_ends() {
    let broken = "'use strict';\n\nfunction digits(n) {\n  let count = 1;\n  while (n >= 10) {\n    n = Math.floor(n / 1);\n    count += 1;\n  }\n  return count;\n}\n\nmodule.exports = { digits };\n";
    let tests = "#!/usr/bin/env node\n'use strict';\nconst assert = require('assert');\nconst { digits } = require('./digits');\n\nlet failed = 0;\nfor (const [n, want] of [[0, 1], [9, 1], [10, 2], [999, 3], [1000, 4]]) {\n  try {\n    assert.strictEqual(digits(n), want);\n  } catch (error) {\n    failed++;\n    console.log(error.message);\n  }\n}\nprocess.exit(failed ? 1 : 0);\n";
    let files = [("digits.js", broken), ("test.js", tests)];
    let healed = heal(&files, &["timeout", "5", "node", "test.js"]);
    assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.text("digits.js"), broken.replace("n / 1)", "n / 10)"), "{}", healed.told);
}

#[test]
fn the_tree_is_as_it_was_where_nothing_is_found() {
    let broken = "const greet = name => `hello ${name}`;\n\nmodule.exports = { greet };\n";
    let tests = "const test = require('node:test');\nconst assert = require('node:assert');\nconst { greet } = require('./greet');\n\ntest('greets', () => assert.equal(greet('you'), 'bonjour, cher you'));\ntest('somebody else', () => assert.equal(greet('me'), 'bonjour, cher me'));\n";
    let healed = heal(&[("greet.js", broken), ("greet.test.js", tests)], &["node", "--test"]);
    assert_ne!(healed.json["outcome"], "proposed", "{:#}", healed.json);
    assert_eq!(healed.text("greet.js"), broken);
    assert_eq!(healed.text("greet.test.js"), tests);
}

const SMALLEST: &str = "async function load() { return [3, 1, 2]; }\nasync function smallest() {\n  const xs = load();\n  return Math.min(...xs);\n}\nmodule.exports = { smallest };\n";
const SMALLEST_TESTS: &str = "const test = require('node:test');\nconst assert = require('node:assert');\nconst { smallest } = require('./a');\ntest('smallest', async () => { assert.strictEqual(await smallest(), 1); });\n";

#[test]
fn a_forgotten_await_is_put_in_and_not_the_value_that_the_test_wants() {
    let files = [("a.js", SMALLEST), ("a.test.js", SMALLEST_TESTS)];
    let healed = heal(&files, &["node", "--test"]);
    assert_eq!(
        healed.text("a.js"),
        SMALLEST.replace("= load()", "= await load()"),
        "{:#}\n{}",
        healed.json,
        healed.told
    );
}

#[test]
fn a_property_is_spelt_as_the_test_spells_it() {
    let broken = "function total(cart) {\n  return cart.items.reduce((sum, item) => sum + item.price * item.quantiy, 0);\n}\nmodule.exports = { total };\n";
    let tests = "const test = require('node:test');\nconst assert = require('node:assert');\nconst { total } = require('./a');\ntest('total', () => { assert.strictEqual(total({ items: [{ price: 2, quantity: 3 }, { price: 1, quantity: 1 }] }), 7); });\n";
    let healed = heal(&[("a.js", broken), ("a.test.js", tests)], &["node", "--test"]);
    assert_eq!(healed.text("a.js"), broken.replace("quantiy", "quantity"), "{:#}\n{}", healed.json, healed.told);
}

#[test]
fn what_only_answers_the_one_test_is_shown_and_not_taken() {
    let broken = "function area(shape) {\n  return shape.width;\n}\nmodule.exports = { area };\n";
    let tests = "const test = require('node:test');\nconst assert = require('node:assert');\nconst { area } = require('./a');\ntest('area', () => { assert.strictEqual(area({ width: 2, radius: 1 }), 3); });\n";
    let healed = heal(&[("a.js", broken), ("a.test.js", tests)], &["node", "--test"]);
    assert_eq!(
        (healed.text("a.js").as_str(), &healed.json["confidence"]),
        (broken, &"unsure".into()),
        "{:#}",
        healed.json
    );
    assert_eq!(healed.json["outcome"], "explained");
}

/// Behind its first failure a test asks more; all of that counts, and a single question does not.
#[test]
fn what_answers_a_test_of_many_questions_is_taken() {
    let broken = "function padLeft(text, width, fill) {\n  let out = '';\n  for (let i = 0; i < width; i++) {\n    out += fill;\n  }\n  return out + text;\n}\nmodule.exports = { padLeft };\n";
    let asks = [
        "assert.equal(padLeft('7', 3, '0'), '007');",
        "assert.equal(padLeft('ab', 3, ' '), ' ab');",
        "assert.equal(padLeft('long', 2, '.'), 'long');",
    ];
    for (asks, taken) in [(&asks[..1], false), (&asks[..], true)] {
        let tests = format!(
            "const test = require('node:test');\nconst assert = require('node:assert');\nconst {{ padLeft }} = require('./a');\ntest('pads', () => {{\n  {}\n}});\n",
            asks.join("\n  ")
        );
        let healed = heal(&[("a.js", broken), ("a.test.js", &tests)], &["node", "--test"]);
        let wanted = if taken { broken.replace("i = 0", "i = text.length") } else { broken.to_owned() };
        assert_eq!(healed.text("a.js"), wanted, "{:#}\n{}", healed.json, healed.told);
    }
}

#[test]
fn a_reduce_begins_with_what_changes_nothing() {
    let broken = "function total(xs) {\n  return xs.reduce((sum, x) => sum + x);\n}\nmodule.exports = { total };\n";
    let tests = "const test = require('node:test');\nconst assert = require('node:assert');\nconst { total } = require('./a');\ntest('total', () => {\n  assert.equal(total([1, 2, 3]), 6);\n  assert.equal(total([]), 0);\n});\n";
    let healed = heal(&[("a.js", broken), ("a.test.js", tests)], &["node", "--test"]);
    assert_eq!(healed.text("a.js"), broken.replace("+ x)", "+ x, 0)"), "{:#}\n{}", healed.json, healed.told);
}
