"""Where nothing should change: healthy, flaky, no network, a wrong expectation, a bug that nothing spells out."""

import re

from tokens import misspell

STILL = {}


def still(name):
    def register(function):
        STILL[name] = function
        return function
    return register


@still("healthy")
def healthy(site, command, scratch):
    return {}, command


@still("flaky")
def flaky(site, command, scratch):
    """Fails the first time and every time that somebody asks for a clean start; passes the second time."""
    mark = scratch / "flaky-mark"
    return {}, f"if test -e {mark}; then {command}; else touch {mark}; echo 'Error: connection reset by peer' >&2; false; fi"


@still("network")
def network(site, command, scratch):
    url = "https://packages.invalid/index.tar.gz"
    fetch = f"import urllib.request; urllib.request.urlopen('{url}', timeout=5)"
    return {}, f'python3 -c "{fetch}" && {command}'


@still("expectation")
def expectation(site, command, scratch):
    """A test expects something that was never so."""
    tests = [p for p in site.root.rglob("*") if p.is_file() and re.search(r"test", p.name) and p.suffix in (".py", ".js", ".go", ".rs")]
    site.rng.shuffle(tests)
    for path in tests:
        text = path.read_text()
        pattern = r"(?:assert|assertEqual|equal|same|deepEqual|assert_eq)[^\n]*?(?<![\w.])(\d\d?)(?![\w.])"
        found = [m for m in re.finditer(pattern, text)]
        if found:
            spot = site.rng.choice(found)
            new = text[:spot.start(1)] + str(int(spot[1]) + 37) + text[spot.end(1):]
            return {str(path.relative_to(site.root)): new}, command
    return None


@still("semantic")
def semantic(site, command, scratch):
    """Another word in a text that a test compares: no hand can know which it was."""
    strings = [t for t in site.tokens if t.kind == "string" and re.search(r"[a-z]{5,}", t.text) and "\n" not in t.text]
    token = site.choose(strings)
    if not token:
        return None
    word = site.choose(re.findall(r"[a-z]{5,}", token.text))
    new = misspell(site.rng, misspell(site.rng, "quux" + word[::-1]))
    return {site.path: site.text[:token.start] + token.text.replace(word, new, 1) + site.text[token.end:]}, command
