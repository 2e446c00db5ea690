"""Loaded by Python itself at its start: lets the machine's own file of this name in, and the driver."""
import importlib.machinery, importlib.util, os, sys

place = os.environ.get("THANOS_SEARCH", "")
spec = importlib.machinery.PathFinder.find_spec("sitecustomize", [path for path in sys.path if path != place])
if spec and spec.loader:
    try:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    except Exception:
        pass
if place:
    import thanos_search

    thanos_search.hook_unittest()
