#!/usr/bin/env python3
"""pandana's `set_pois` and `nearest_pois` on the arrays of `benches/engine.rs`; building its contraction hierarchy is not counted.

    pip install -r benches/peers/engine_requirements.txt
    cargo bench -p catchment-io --bench engine -- pandana --peers

    {"question": "nearest", "bound": 1250000}

The roads must be undirected and in millimetres.
"""

import numpy as np
import pandana
import pandas as pd

from engine_peer import serve, timed


def prepare(arrays):
    tails, heads, costs = arrays.arcs()
    once = tails < heads
    # pandana multiplies metres by 1000 and cuts off what is behind the point: a third of a millimetre keeps whole millimetres whole
    metres = pd.DataFrame({"m": (costs[once] + 0.3) / 1000.0})
    nodes = pd.Series(arrays.x), pd.Series(arrays.y)
    ends = pd.Series(tails[once].astype(np.int64)), pd.Series(heads[once].astype(np.int64))
    network = pandana.Network(*nodes, *ends, metres, twoway=True)

    def nearest(facilities, bound):
        # beyond the bound pandana says the bound itself: half a millimetre more tells the two apart
        most = (bound + 0.5) / 1000.0
        places = pd.Series(arrays.x[facilities]), pd.Series(arrays.y[facilities])

        def call():
            network.set_pois("facility", most, 1, *places)
            return network.nearest_pois(most, "facility", num_pois=1)

        found, times = timed(call)
        mm = np.rint(found[1].to_numpy() * 1000.0).astype(np.int64)
        reached = found[1].to_numpy() < most - 1e-4
        return times | {"reached": int(reached.sum()), "sum": int(mm[reached].sum())}

    return {"nearest": nearest}


if __name__ == "__main__":
    serve(prepare, ["pandana", "numpy"])
