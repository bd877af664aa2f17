#!/usr/bin/env python3
"""scipy's `dijkstra` on the arrays of `benches/engine.rs`: nearest facility, and bounded rows.

    pip install -r benches/peers/engine_requirements.txt
    cargo bench -p catchment-io --bench engine -- --peers

    {"question": "nearest", "bound": 1250000}               (or null)
    {"question": "rows", "bound": 1250000, "sample": 64, "batch": 4}

Rows are dense by design, so only the first `sample` facilities are asked for, `batch` in one call, and their seconds given: the caller
scales them to all facilities.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from engine_peer import serve, timed



def whole(values):
    """The exact sum of whole numbers kept as floats."""
    return int(values.astype(np.int64).sum())


def prepare(arrays):
    tails, heads, costs = arrays.arcs()
    ends = np.zeros(arrays.nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(tails, minlength=arrays.nodes), out=ends[1:])
    graph = csr_array((costs.astype(np.float64), heads.astype(np.int32), ends), shape=(arrays.nodes, arrays.nodes))

    def nearest(facilities, bound):
        limit = np.inf if bound is None else bound
        found, times = timed(lambda: dijkstra(graph, indices=facilities, min_only=True, limit=limit))
        reached = np.isfinite(found)
        return times | {"reached": int(reached.sum()), "sum": whole(found[reached])}

    def rows(facilities, bound, sample, batch):
        total = {"cpu_s": 0.0, "wall_s": 0.0, "reached": 0, "sum": 0, "people": 0}
        for start in range(0, sample, batch):
            some = facilities[start : min(start + batch, sample)]
            found, times = timed(lambda: dijkstra(graph, indices=some, limit=bound))
            row, node = np.nonzero(np.isfinite(found))
            answer = times | {"reached": len(node), "sum": whole(found[row, node]), "people": int(arrays.people[node].sum())}
            total = {key: total[key] + answer[key] for key in total}
        return total

    return {"nearest": nearest, "rows": rows}


if __name__ == "__main__":
    serve(prepare, ["numpy", "scipy"])
