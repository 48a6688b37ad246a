"""Measure and print: `python -m tests.benchmarks`, or with the names of some of the measurements.

Every table has the columns case | ours | peer | ratio | promised. A peer that is not installed
is left out with a note.
"""

import importlib
import os
import pkgutil
import sys

import tests.benchmarks

# As the program runs: see the settings. The measurements are imported after this.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
HELPERS = {"__main__", "common", "peers", "scenes"}


def main(wanted: list[str]) -> int:
    known = [module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__)]
    known = sorted(set(known) - HELPERS)
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        print(f"No such measurement: {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    for name in wanted or known:
        importlib.import_module(f"tests.benchmarks.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
