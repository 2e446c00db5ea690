//! The hand `search` with real test runners: programs are broken where nothing spells out how, and `heal` finds it.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

#[path = "common/heal.rs"]
mod heal;

use heal::Healed;

fn heal(files: &[(&str, &[u8])], options: &[&str], command: &[&str]) -> Healed {
    heal::heal(files, options, command)
}

const PYTEST: &[&str] = &["python", "-m", "pytest", "-q"];

#[test]
fn a_method_behind_fixtures_is_repaired_and_its_file_stays_as_it_is_written() {
    let broken = b"# -*- coding: latin-1 -*-\r\n# caf\xe9\r\nclass Till:\r\n\tdef __init__(self, coins):\r\n\t\tself.coins = coins\r\n\r\n\tdef total(self, extra=0):\r\n\t\treturn sum(self.coins) - extra";
    let tests = b"import pytest\nfrom till import Till\n\n@pytest.fixture\ndef till():\n    return Till([1, 2, 3])\n\nclass TestTill:\n    def test_plain(self, till):\n        assert till.total() == 6\n\n    @pytest.mark.parametrize('extra, total', [(1, 7), (4, 10)])\n    def test_extra(self, till, extra, total):\n        assert till.total(extra) == total\n";
    let healed = heal(&[("till.py", broken), ("tests/test_till.py", tests)], &[], PYTEST);
    let fixed: Vec<u8> =
        broken.iter().enumerate().map(|(i, b)| if i == broken.len() - 7 { b'+' } else { *b }).collect();
    assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.bytes("till.py"), fixed, "{}", healed.told);
}

#[test]
fn unittest_is_asked_through_its_own_door() {
    let tests = "import unittest\nfrom words import longest\n\nclass Longest(unittest.TestCase):\n    def setUp(self):\n        self.words = ['a', 'ccc', 'bb']\n\n    def test_some(self):\n        self.assertEqual(longest(self.words), 'ccc')\n\n    def test_none(self):\n        self.assertEqual(longest([]), '')\n\n    def test_order(self):\n        self.assertEqual(longest(['dd', 'ee']), 'dd')\n";
    let broken = "def longest(words):\n    best = ''\n    for word in words:\n        if len(word) < len(best):\n            best = word\n    return best\n";
    let healed = heal(
        &[("words.py", broken.as_bytes()), ("test_words.py", tests.as_bytes())],
        &[],
        &["python", "-m", "unittest"],
    );
    assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.text("words.py"), broken.replace("len(word) < len", "len(word) > len"));
}

#[test]
fn a_loop_that_never_ends_is_repaired() {
    let broken =
        "def total(n):\n    result = 0\n    while n > 0:\n        result += n\n        n -= 0\n    return result\n";
    let tests = "from total import total\n\ndef test_none():\n    assert total(0) == 0\n\ndef test_some():\n    assert total(4) == 10\n\ndef test_one():\n    assert total(1) == 1\n";
    let healed = heal(
        &[("total.py", broken.as_bytes()), ("test_total.py", tests.as_bytes())],
        &["--budget-seconds", "60"],
        PYTEST,
    );
    assert_eq!(healed.text("total.py"), broken.replace("n -= 0", "n -= 1"), "{:#}\n{}", healed.json, healed.told);
}

#[test]
fn what_candidates_delete_is_there_again() {
    let broken = "import os, shutil, time\n\ndef tidy(root, target, depth=0):\n    if os.path.isdir(target):\n        shutil.rmtree(target)\n    return len(os.listdir(root)) + depth - 1\n";
    let tests = "import os\nfrom tidy import tidy\n\nROOT = os.path.dirname(os.path.abspath(__file__))\n\ndef test_tidy():\n    target = os.path.join(ROOT, 'made')\n    os.mkdir(target)\n    before = len(os.listdir(ROOT))\n    assert tidy(ROOT, target) == before - 1\n    assert not os.path.exists(target)\n\ndef test_nothing_to_do():\n    assert tidy(ROOT, 'nowhere', 1) == len(os.listdir(ROOT))\n\ndef test_depth():\n    assert tidy(ROOT, 'nowhere', 3) == len(os.listdir(ROOT)) + 3\n";
    let files: &[(&str, &[u8])] =
        &[("tidy.py", broken.as_bytes()), ("test_tidy.py", tests.as_bytes()), ("notes/keep.txt", b"kept\n")];
    let healed = heal(files, &["--budget-seconds", "40"], PYTEST);
    assert_eq!(healed.text("notes/keep.txt"), "kept\n", "{}", healed.told);
    assert_eq!(healed.text("test_tidy.py"), tests);
}

/// Judged one by one they all begin alike, in whatever order; a module's place among what is put back.
#[test]
fn tests_that_leave_their_module_changed_do_not_spoil_the_next_one() {
    let broken =
        "def ordinal(n):\n    last = n % 11\n    return f'{n}' + {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th')\n";
    let tests = "import place\nfrom ordinal import ordinal\n\ndef test_place():\n    assert place.here() is not None\n\ndef test_ordinal():\n    del place.__file__\n    assert place.here() is None\n    assert [ordinal(n) for n in (1, 2, 3, 4, 21, 22, 33, 40)] == '1st 2nd 3rd 4th 21st 22nd 33rd 40th'.split()\n";
    let place = b"def here():\n    try:\n        return __file__\n    except NameError:\n        return None\n";
    let files: &[(&str, &[u8])] =
        &[("ordinal.py", broken.as_bytes()), ("place.py", place), ("test_ordinal.py", tests.as_bytes())];
    let healed = heal(files, &["--hands", "search"], PYTEST);
    assert_eq!(healed.text("ordinal.py"), broken.replace("11", "10"), "{:#}\n{}", healed.json, healed.told);
}

#[test]
fn one_of_many_ways_to_pass_is_shown_and_not_taken() {
    let broken = "def area(w, h):\n    return w\n";
    let tests = "from area import area\n\ndef test_area():\n    assert area(2, 2) == 4\n";
    let healed = heal(&[("area.py", broken.as_bytes()), ("test_area.py", tests.as_bytes())], &[], PYTEST);
    assert_eq!(healed.json["outcome"], "explained", "{:#}\n{}", healed.json, healed.told);
    assert_eq!(healed.json["confidence"], "unsure");
    assert!(healed.json["patch"].as_str().unwrap().contains("area.py"));
    assert_eq!(healed.text("area.py"), broken);
}

/// A number that the test says answers one question by chance, several hardly.
#[test]
fn a_test_that_asks_in_a_loop_is_no_thin_evidence() {
    let broken = "def legs(dogs):\n    return dogs * 3\n";
    for (cases, taken) in [("(1, 4)", false), ("(1, 4), (2, 8), (5, 20)", true)] {
        let tests = format!(
            "from legs import legs\n\ndef test_legs():\n    for dogs, wanted in [{cases}]:\n        assert legs(dogs) == wanted\n"
        );
        let healed = heal(&[("legs.py", broken.as_bytes()), ("test_legs.py", tests.as_bytes())], &[], PYTEST);
        let wanted = if taken { broken.replace('3', "4") } else { broken.to_owned() };
        assert_eq!(healed.text("legs.py"), wanted, "{:#}\n{}", healed.json, healed.told);
    }
}

/// A key is spelt as the file has it that the test reads.
#[test]
fn a_key_is_spelt_as_in_the_data() {
    let broken = "import json\n\n\ndef total(path):\n    with open(path) as file:\n        data = json.load(file)\n    return sum(item.get('quantty', 0) for item in data['items'])\n";
    let tests = "from load import total\n\n\ndef test_total():\n    assert total('order.json') == 7\n";
    let order = b"{\"items\": [{\"quantity\": 2}, {\"quantity\": 5}]}\n";
    let files: &[(&str, &[u8])] =
        &[("load.py", broken.as_bytes()), ("order.json", order), ("test_load.py", tests.as_bytes())];
    let healed = heal(files, &[], PYTEST);
    assert_eq!(healed.text("load.py"), broken.replace("quantty", "quantity"), "{:#}\n{}", healed.json, healed.told);
}

/// Either function could be repaired; the one that the last change wrote in is.
#[test]
fn lines_of_the_last_change_come_first() {
    let tests = "from price import net\n\ndef test_net():\n    assert net(2) == 14\n\ndef test_more():\n    assert net(4) == 32\n";
    let text = |base: &str, discount: &str| {
        format!(
            "def base(n):\n    return n * 10 - {base}\n\n\ndef discount(n):\n    return n + {discount}\n\n\ndef net(n):\n    return base(n) - discount(n)\n"
        )
    };
    let sound = text("2", "2");
    for broken in [text("3", "2"), text("2", "3")] {
        let healed = heal::heal_change(
            &[("price.py", sound.as_str()), ("test_price.py", tests)],
            &[("price.py", broken.as_str())],
            PYTEST,
        );
        assert_eq!(healed.json["hand"], "search", "{:#}\n{}", healed.json, healed.told);
        assert_eq!(healed.text("price.py"), sound, "{}", healed.told);
    }
}
