#!/usr/bin/env python3
"""The same sites by PySAL's spopt with an open solver (CBC): is the optimum the same, and what does each take?

    pip install spopt==0.7.0 pulp==3.3.2
    python siting_spopt.py CATCHMENT SHARED [SIDE_M]

Porto Alegre: 148 health posts stand, ten are added by MCLP at 15 minutes; plots on a grid. spopt knows no roads: its matrix is the one that
`catchment run` writes (`[[access]]` with pairs), so that making it is counted in both. Then spopt's San Francisco sample, whose matrix is
given. Times are of whole processes for catchment, of building and solving the model for spopt; CPU, seconds. Prints JSON.
"""
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd
import pulp
from spopt.locate import LSCP, MCLP, PCenter, PMedian

LIMIT_S = 900
ADD = 10

PLAN = """
[study]
id = "porto-alegre"
title = "Porto Alegre"
[roads]
source = "{data}/poa_osm.pbf"
[zones]
source = "{data}/poa_areas_ponderacao_42.geojson"
id = "ID"
[people]
method = "points"
source = "{data}/poa_hexgrid.csv"
columns = {{ x = "lon", y = "lat", people = "population" }}
[[facilities]]
id = "posts"
source = "{data}/poa_health_posts.csv"
columns = {{ x = "LONGITUDE", y = "LATITUDE", name = "NOME", id = "CO_CNES" }}
merge_within_m = 0
[[facilities]]
id = "plots"
source = "plots.csv"
[[facilities]]
id = "both"
source = "both.csv"
[[services]]
id = "walk"
facilities = "posts"
limit = "15min"
[outputs]
map = false
"""

MATRIX = """
[[services]]
id = "matrix"
facilities = "both"
limit = "15min"
[[access]]
id = "matrix"
service = "matrix"
limit = "15min"
pairs = true
"""

SITING = f"""
[siting]
add = {ADD}
candidates = "plots"
frontier = false
alternatives = 0
"""


def cpu(of):
    used = resource.getrusage(of)
    return used.ru_utime + used.ru_stime


def run(*command):
    before = cpu(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return cpu(resource.RUSAGE_CHILDREN) - before


def solved(model):
    """Builds nothing: solves, and says what that took, the solver's process included."""
    before, wall = cpu(resource.RUSAGE_SELF) + cpu(resource.RUSAGE_CHILDREN), time.time()
    model = model().solve(pulp.PULP_CBC_CMD(msg=False))
    assert pulp.LpStatus[model.problem.status] == "Optimal", pulp.LpStatus[model.problem.status]
    return model, cpu(resource.RUSAGE_SELF) + cpu(resource.RUSAGE_CHILDREN) - before, time.time() - wall


def porto(catchment, shared, side_m):
    data = os.path.abspath(os.path.join(shared, "data/porto_alegre"))
    posts = pd.read_csv(f"{data}/poa_health_posts.csv", dtype={"CO_CNES": str})
    people = pd.read_csv(f"{data}/poa_hexgrid.csv")
    step = side_m / 111_320
    lons = np.arange(people.lon.min(), people.lon.max(), step / np.cos(np.radians(people.lat.mean())))
    lats = np.arange(people.lat.min(), people.lat.max(), step)
    with tempfile.TemporaryDirectory() as folder:
        rows = [(f"plot-{i}-{j}", lon, lat) for i, lon in enumerate(lons) for j, lat in enumerate(lats)]
        stands = list(zip(posts.CO_CNES, posts.LONGITUDE, posts.LATITUDE))
        for name, own in [("plots", rows), ("both", stands + rows)]:
            with open(f"{folder}/{name}.csv", "w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([("id", "lon", "lat"), *own])
        plan = PLAN.format(data=data)
        for name, more in [("site", SITING), ("matrix", MATRIX)]:
            with open(f"{folder}/{name}.toml", "w", encoding="utf-8") as file:
                file.write(plan + more)
        ours = run(catchment, "site", f"{folder}/site.toml", "--out", f"{folder}/site", "-q")
        matrix = run(catchment, "run", f"{folder}/matrix.toml", "--out", f"{folder}/matrix", "-q")
        with open(f"{folder}/site/summary.json", encoding="utf-8") as file:
            found = json.load(file)
        pairs = pd.read_csv(f"{folder}/matrix/access_pairs.csv", dtype={"facility_id": str})
        points = pd.read_csv(f"{folder}/matrix/access_points.csv")
        pairs = pairs[pairs.cost_s <= LIMIT_S]
        # candidates of ours lie in a zone: spopt may use no others
        with open(f"{folder}/matrix/facilities.geojson", encoding="utf-8") as file:
            features = [own["properties"] for own in json.load(file)["features"] if own["properties"]["service"] == "matrix"]
        zoned = {own["facility_id"] for own in features if own["zone_id"] != "outside"}
        ids = [own for own in pd.unique(pairs.facility_id) if own in zoned or not own.startswith("plot-")]
        place = {name: j for j, name in enumerate(ids)}
        row = {point: i for i, point in enumerate(points.point)}
        pairs = pairs[pairs.facility_id.isin(place)]
        start = cpu(resource.RUSAGE_SELF)
        costs = np.full((len(points), len(ids)), 10.0 * LIMIT_S)
        costs[pairs.point.map(row), pairs.facility_id.map(place)] = pairs.cost_s
        fixed = np.array([0 if name.startswith("plot-") else 1 for name in ids])
        filled = cpu(resource.RUSAGE_SELF) - start
        weights = points.people.to_numpy()
        model, used, wall = solved(
            lambda: MCLP.from_cost_matrix(costs, weights, LIMIT_S, int(fixed.sum()) + ADD, predefined_facilities_arr=fixed)
        )
        value = pulp.value(model.problem.objective)
        return {
            "candidates": found["candidates"],
            "distinct": found["distinct_sites"],
            "catchment_value": found["value"],
            "catchment_proven": found["proven"],
            "spopt_value": value,
            "same": abs(value - found["value"]) < 1e-6 * value,
            "catchment_cpu_s": ours,
            "matrix_cpu_s": matrix + filled,
            "spopt_cpu_s": used,
            "spopt_wall_s": wall,
            "ratio": (matrix + filled + used) / ours,
        }


def san_francisco(shared):
    folder = os.path.join(shared, "truth/spopt")
    table = pd.read_csv(f"{folder}/SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    costs = table.pivot_table(values="distance", index="DestinationName", columns="name", fill_value=0)
    weights = table.drop_duplicates("DestinationName").set_index("DestinationName").demand.reindex(costs.index).to_numpy()
    costs = costs.to_numpy()
    found = {
        "lscp_5000": solved(lambda: LSCP.from_cost_matrix(costs, 5000))[0],
        "mclp_5000_p4": solved(lambda: MCLP.from_cost_matrix(costs, weights, 5000, 4))[0],
        "pmedian_p4": solved(lambda: PMedian.from_cost_matrix(costs, weights, 4))[0],
        "pcenter_p4": solved(lambda: PCenter.from_cost_matrix(costs, 4))[0],
    }
    return {name: pulp.value(model.problem.objective) for name, model in found.items()}


if __name__ == "__main__":
    catchment, shared = sys.argv[1:3]
    side = float(sys.argv[3]) if len(sys.argv) > 3 else 400.0
    print(json.dumps({"porto_alegre": porto(catchment, shared, side), "san_francisco": san_francisco(shared)}, indent=1))
