"""The history as people read it."""


def summary(store):
    """One line for each version, newest first."""
    lines = [f"{number}: {message}" for number, message in store.commits()]
    return "\n".join(reversed(lines))
