"""The history as people read it."""


def summary(store):
    """One line for each version, newest first."""
    messages = store.messages()
    lines = [f"{number}: {message}" for number, message in enumerate(messages, start=1)]
    return "\n".join(reversed(lines))
