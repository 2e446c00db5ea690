//! Small broken projects, written by the tests.

use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// A file of a project: path and text.
pub type File<'a> = (&'a str, &'a str);

pub const CART: &str = "def total(prices):\n    amount = 0\n    for price in prices:\n        amount += price\n    return amuont\n\n\ndef count(prices):\n    return len(prices)\n";
pub const MENDED: &str = "    return amount\n";
pub const TESTS: &str = "import unittest\n\nfrom shop import cart\n\n\nclass CartTest(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(cart.total([1, 2]), 3)\n\n    def test_count(self):\n        self.assertEqual(cart.count([1, 2]), 2)\n";
pub const VERIFY: File = (".github/thanos.yml", "verify:\n  command: python3 -m unittest discover -v\n");
pub const WORKFLOW: File = (
    ".github/workflows/ci.yml",
    "name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      \
     - name: Set up\n        run: mkdir -p build && touch build/ready\n      - name: Test\n        run: test -f build/ready && python3 -m unittest discover -v\n",
);
/// The step `Test` of [`WORKFLOW`].
pub const STEP: &str = "test -f build/ready && python3 -m unittest discover -v";

pub fn write(dir: &Path, files: &[File]) {
    for (path, text) in files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

pub fn of(files: &[File]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), files);
    dir
}

/// A Python package whose `total` returns a misspelt name; its test fails, another passes.
pub fn shop(more: &[File]) -> TempDir {
    let dir = of(&[
        ("shop/__init__.py", ""),
        ("shop/cart.py", CART),
        ("tests/__init__.py", ""),
        ("tests/test_cart.py", TESTS),
        (".gitignore", "__pycache__/\nbuild/\n"),
    ]);
    write(dir.path(), more);
    dir
}

/// The shop with people and one issue, which alice opened.
pub fn scenario(dir: &Path) -> Value {
    json!({
        "directory": dir,
        "collaborators": {"alice": "write", "tim": "triage", "rita": "read"},
        "users": ["stranger"],
        "issues": [{"title": "The total is wrong", "body": "`cart.total([1, 2])` raises a NameError.", "user": "alice"}],
    })
}
