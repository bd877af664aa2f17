"""What the peers of `benches/engine.rs` share: arrays of a folder, questions line by line, CPU time of the call alone.

A question is a line of JSON on standard input, its answer a line of JSON on standard output. Every answer has the seconds of the call
(`cpu_s` on all cores together, `wall_s` on the clock) and whole-number sums that must equal ours.
"""

import importlib.metadata
import json
import os
import platform
import sys
import time

import numpy as np


class Arrays:
    """Arcs (`tails`, `heads`, `costs`), places of nodes (`x`, `y`) and their `people`, as `benches/engine.rs` dumps them."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("tails", "heads", "costs", "x", "y", "people"):
            setattr(self, name, self.read(name))
        self.nodes = len(self.x)

    def read(self, name):
        return np.load(os.path.join(self.folder, name + ".npy"))

    def arcs(self):
        """Arcs without loops, the cheapest of parallel ones: what a sparse matrix can hold."""
        kept = self.tails != self.heads
        tails, heads, costs = self.tails[kept], self.heads[kept], self.costs[kept]
        order = np.lexsort((costs, heads, tails))
        tails, heads, costs = tails[order], heads[order], costs[order]
        first = np.ones(len(tails), dtype=bool)
        first[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
        return tails[first], heads[first], costs[first]


def timed(call):
    """The result of `call`, with CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = call()
    return result, {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}


def serve(prepare, packages):
    """Reads the arrays of the folder that the command line names, prepares, and answers until the input ends."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    # libraries may print: what is not an answer goes to standard error
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def reply(value):
        print(json.dumps(value), file=answers, flush=True)

    arrays = Arrays(sys.argv[1])
    questions = prepare(arrays)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    reply({"versions": f"Python {platform.python_version()}, {versions}"})
    for line in sys.stdin:
        question = json.loads(line)
        reply(questions[question.pop("question")](facilities=arrays.read("facilities"), **question))
