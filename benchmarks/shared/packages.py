"""Packages that benchmarks need and shuzi does not."""

import importlib.util
import sys


def require(*modules: str) -> None:
    """Ends the process with one line, exit status 2, where a module is not installed."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        print(f"{', '.join(missing)} is not installed: run `make bench` first.", file=sys.stderr)
        sys.exit(2)
