import unittest

import README
from history import Store, summary


class StoreTest(unittest.TestCase):
    def setUp(self):
        self.store = Store()
        self.store.commit("hello", "First")
        self.store.commit("hello world", "Second")

    def test_versions_are_counted_from_one(self):
        self.assertEqual(self.store.commit("x", "Third"), 3)

    def test_commits_are_listed(self):
        self.assertEqual(self.store.commits(), [(1, "First"), (2, "Second")])
        self.assertEqual(list(Store().commits()), [])

    def test_old_versions_stay(self):
        self.assertEqual(self.store.checkout(1), "hello")

    def test_unknown_versions_are_refused(self):
        with self.assertRaises(LookupError):
            self.store.checkout(7)

    def test_reverting_makes_the_old_version_the_newest(self):
        number = self.store.revert(1)
        self.assertEqual(self.store.checkout(number), "hello")

    def test_the_summary_is_newest_first(self):
        self.assertEqual(summary(self.store), "2: Second\n1: First")


class ReadmeTest(unittest.TestCase):
    def test_its_example_works(self):
        self.assertEqual(README.example().checkout(2), "hello")


if __name__ == "__main__":
    unittest.main()
