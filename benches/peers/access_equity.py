#!/usr/bin/env python3
"""Floating catchments and fairness a second time, by PySAL, from the pairs that a run wrote.

    pip install access==1.1.10.post3 inequality==1.1.2
    catchment run plan.toml --out OUT        # every [[access]] of the plan with pairs = true
    python access_equity.py OUT

`access` works on what each pair of facility and point costs (access_pairs.csv), the supply of facilities and the people of points; how
weights fall with cost is in the manifest's plan. `inequality` knows no weights: a measure by people is taken over persons, one by one,
so people must be whole numbers. Prints JSON.
"""
import json
import math
import os
import sys

import numpy as np
import pandas as pd
from access import fca, weights
from inequality.gini import Gini
from inequality.theil import Theil, TheilD


def seconds(limit):
    """15min, 900s."""
    number = float(limit.rstrip("abcdefghijklmnopqrstuvwxyz "))
    return number * {"min": 60, "s": 1, "h": 3600, "m": 1, "km": 1000}[limit[len(f"{number:g}"):].strip()]


def weight_of(plan, limit):
    method = plan["method"]
    if method == "2sfca":
        return None
    if method == "gaussian":
        floor = math.exp(-0.5)
        return lambda cost: (math.exp(-0.5 * (cost / limit) ** 2) - floor) / (1 - floor)
    if method == "kd2sfca":
        return lambda cost: 0.75 * (1 - (cost / limit) ** 2)
    return weights.step_fn({seconds(band): weight for band, weight in zip(plan["bands"], plan["weights"])})


def m2sfca(people, supply, pairs, weight):
    """PySAL has none: its catchments, the second one with weights squared (Delamater 2013)."""
    common = dict(cost_cost="cost", weight_fn=weight)
    drawn = fca.weighted_catchment(people, pairs, None, "point", "facility_id", loc_index=True, loc_value="people", **common)
    rates = pd.DataFrame({"rate": supply["supply"].reindex(drawn.index) / drawn})
    common["weight_fn"] = lambda cost: weight(cost) ** 2
    return fca.weighted_catchment(rates, pairs, None, "facility_id", "point", loc_index=True, loc_value="rate", **common)


def main(out):
    def read(name):
        return pd.read_csv(os.path.join(out, name), dtype={"facility_id": str, "access": str})

    with open(os.path.join(out, "manifest.json"), encoding="utf-8") as file:
        plans = {own["id"]: own for own in json.load(file)["plan"]["access"]}
    all_points, all_pairs, all_facilities = read("access_points.csv"), read("access_pairs.csv"), read("access_facilities.csv")
    found = {}
    for name, plan in plans.items():
        points = all_points[all_points.access == name].set_index("point")
        facilities = all_facilities[all_facilities.access == name].set_index("facility_id")
        pairs = all_pairs[all_pairs.access == name].rename(columns={"cost_s": "cost", "cost_m": "cost"})[["facility_id", "point", "cost"]]
        limit = seconds(plan["bands"][-1] if plan.get("bands") else plan["limit"])
        people, supply = points[["people"]].copy(), facilities[["supply"]].copy()
        weight = weight_of(plan, limit)
        names = dict(demand_index=True, demand_name="people", supply_name="supply", cost_origin="point", cost_dest="facility_id", cost_name="cost")
        if plan["method"] == "m2sfca":
            scores = m2sfca(people, supply, pairs, weight)
        elif plan["method"] == "3sfca":
            scores = fca.three_stage_fca(people, supply, pairs.copy(), limit, weight_fn=weight, **names)
        else:
            scores = fca.two_stage_fca(people, supply, pairs.copy(), limit, weight_fn=weight, **names)
        scores = scores.reindex(points.index).fillna(0.0) * plan["per"]
        ours = points["score"]
        persons = np.repeat(scores.to_numpy(), points["people"].astype(int).to_numpy())
        served = persons[persons > 0]
        found[name] = {
            "greatest_difference": float((ours - scores).abs().max()),
            "mean": float((scores * points.people).sum() / points.people.sum()),
            "most": float(scores.max()),
            "sum_of_squares": float((scores**2).sum()),
            "gini_people": float(Gini(persons).g),
            "theil_t_of_served": float(Theil(served).T),
        }
    # facilities by zone, every zone counting once: the plain indices, and Theil's parts by halves of the list
    fair = read("zones.csv")
    fair = fair[fair.zone_id.astype(str) != "outside"]
    counts = (fair["facilities"] + 1).to_numpy(dtype=float)
    halves = np.arange(len(counts)) % 2
    parts = TheilD(counts, halves)
    persons = np.repeat((fair["people_covered"] / fair["people_total"]).to_numpy(), fair["people_total"].astype(int).to_numpy())
    found["zones"] = {
        "gini_of_facilities_and_one": float(Gini(counts.copy()).g),
        "theil_t_of_facilities_and_one": float(Theil(counts).T),
        "theil_t_between": float(parts.bg[0] if np.ndim(parts.bg) else parts.bg),
        "theil_t_within": float(parts.wg[0] if np.ndim(parts.wg) else parts.wg),
        "gini_of_coverage_by_people": float(Gini(persons).g),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
