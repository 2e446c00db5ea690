"""Keeps every version that was committed."""


class Store:
    def __init__(self):
        self._versions = []

    def commit(self, text, message):
        """Adds a version and returns its number, counted from 1."""
        self._versions.append((message, text))
        return len(self._versions)

    def checkout(self, number):
        """Returns the text of a version."""
        if not 1 <= number <= len(self._versions):
            raise LookupError(f"there is no version {number}")
        return self._versions[number - 1][1]

    def revert(self, number):
        """Makes an old version the newest one."""
        text = self.checkout(number)
        return self.commit(text, f"Revert to {number}")

    def commits(self):
        """The number and the message of each version."""
        return [(number, message) for number, (message, _) in enumerate(self._versions, start=1)]
