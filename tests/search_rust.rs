//! The hand `search` with cargo's tests: what is broken in a workspace's crates is found, wherever the tests are.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

#[path = "common/heal.rs"]
mod heal;

use heal::Healed;

fn heal(files: &[(&str, &str)], command: &[&str]) -> Healed {
    heal::heal(files, &["--budget-seconds", "240"], command)
}

const BITS: &str = "#![deny(warnings)]\n//! Bits.\n\n/// How many bits are set.\npub fn count(number: u32) -> u32 {\n    let mut left = number;\n    let mut count = 0;\n    while left != 0 {\n        left &= left - 1;\n        count += 1;\n    }\n    count\n}\n\n#[cfg(test)]\nmod tests {\n    use super::count;\n\n    #[test]\n    fn none() {\n        assert_eq!(count(0), 0);\n    }\n\n    #[test]\n    fn some() {\n        assert_eq!(count(127), 7);\n        assert_eq!(count(128), 1);\n        assert_eq!(count(3005), 9);\n    }\n}\n";

#[test]
fn a_unit_test_judges_candidates_of_one_build_and_lints_stop_none() {
    let manifest = "[package]\nname = \"bits\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let broken = BITS.replace("count += 1", "count += 2");
    let files = [("Cargo.toml", manifest), (".gitignore", "/target\n"), ("src/lib.rs", &broken)];
    let healed = heal(&files, &["cargo", "test"]);
    assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.text("src/lib.rs"), BITS, "{}", healed.told);
    assert!(healed.told.contains("candidates compiled in"), "{}", healed.told);
}

#[test]
fn a_test_beside_the_crates_finds_the_method_in_another_crate_of_the_workspace() {
    let shelf = "#![no_std]\n//! A shelf.\n\npub struct Shelf {\n    pub room: usize,\n    pub taken: usize,\n}\n\nimpl Shelf {\n    pub fn put(&mut self, size: usize) -> bool {\n        if self.taken + size > self.room {\n            return false;\n        }\n        self.taken += size;\n        true\n    }\n}\n";
    let tests = "use shelf::Shelf;\n\n#[test]\nfn it_fills() {\n    let mut shelf = Shelf { room: 10, taken: 0 };\n    assert!(shelf.put(4));\n    assert!(shelf.put(6));\n    assert!(!shelf.put(1));\n    assert_eq!(shelf.taken, 10);\n}\n\n#[test]\nfn too_large() {\n    let mut shelf = Shelf { room: 3, taken: 0 };\n    assert!(!shelf.put(4));\n    assert_eq!(shelf.taken, 0);\n}\n";
    let broken = shelf.replace("self.taken += size", "self.taken -= size");
    let files = [
        ("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"shelf\", \"shop\"]\n"),
        (".gitignore", "/target\n"),
        ("shelf/Cargo.toml", "[package]\nname = \"shelf\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        ("shelf/src/lib.rs", &broken),
        (
            "shop/Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nshelf = { path = \"../shelf\" }\n",
        ),
        ("shop/src/lib.rs", "pub use shelf::Shelf;\n"),
        ("shop/tests/filling.rs", tests),
    ];
    let healed = heal(&files, &["cargo", "test", "-p", "shop", "--test", "filling"]);
    assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.text("shelf/src/lib.rs"), shelf, "{}", healed.told);
    assert_eq!(healed.text("shop/tests/filling.rs"), tests);
}
