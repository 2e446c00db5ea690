"""history: a very small version control system. It keeps snapshots of a text and can go back to each of them.

This README is a program, so that its example cannot grow old: the tests run it.
"""

from history import Store


def example():
    store = Store()
    first = store.committ("hello", "First")
    assert store.commits() == [(first, "First")]
    store.revert(first)
    return store
