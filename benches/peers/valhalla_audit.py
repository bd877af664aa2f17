#!/usr/bin/env python3
"""Put Valhalla's 15-minute walking isochrones of Malta, and ours, before the same separator audit.

    python3 valhalla_audit.py CATCHMENT SHARED [OUT]

CATCHMENT is the program, SHARED the folder with `data/malta` and `truth/peers_malta` (32 isochrones of Valhalla 3.9.1, neutral costs,
unsimplified; see the README there). The profiles are evened out as far as tags go: 4.32 km/h on steps too; trunk roads and
access=private walked; foot=no and access=no shut; cycleways, corridors and pedestrian areas shut unless foot=* opens them; ferries
taken; facilities where Valhalla put them on its roads, without a leg. What remains different: Valhalla adds seconds at crossings
of bigger streets and at gates (4.7 s at the median, 34 s at the 90th percentile), which its polygons hold.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

PLAN = """
[study]
id = "valhalla"
title = "Malta, evened out with Valhalla"
[roads]
source = "{pbf}"
[zones]
source = "{pbf}"
admin_level = 8
[people]
method = "spread"
[[facilities]]
id = "clinics"
source = "clinics.csv"
merge_within_m = 0
[[services]]
id = "walk"
facilities = "clinics"
limit = "15min"
[profiles.walk]
speed_m_s = 1.2
steps_m_s = 1.2
ferry = true
closing_values = ["no"]
highway = {{ cycleway = "closed", corridor = "closed" }}
"""


def main(program, shared, out):
    truth = pathlib.Path(shared, "truth/peers_malta/valhalla_walk_isochrones.geojson")
    with open(truth, encoding="utf-8") as file:
        features = json.load(file)["features"]
    with open(out / "clinics.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "lon", "lat"])
        for f in features:
            p = f["properties"]
            rows.writerow([f"{p['osm_kind']}/{p['osm_id']}", p["name"] or "", p["snapped_lon"], p["snapped_lat"]])
    pbf = next(pathlib.Path(shared, "data/malta").glob("*.osm.pbf")).resolve()
    (out / "plan.toml").write_text(PLAN.format(pbf=pbf), encoding="utf-8")

    def run(*words):
        subprocess.run([program, *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    run("isochrones", out / "plan.toml", "--out", out / "ours")
    layers = {"catchment": out / "ours/isochrones.geojson", "Valhalla 3.9.1": truth}
    print("| shapes | places | near the limit (10 to 20 min) | false in | false out | wrong of all | wrong of near |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, layer in layers.items():
        folder = out / f"audit-{name.split()[0]}"
        run("audit", out / "plan.toml", layer.resolve(), "--points", 20000, "--out", folder)
        service = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
        wrong = service["false_in"]["points"] + service["false_out"]["points"]
        print(
            f"| {name} | {service['counted']} | {service['near']} | {service['false_in']['points']} | {service['false_out']['points']} "
            f"| {100 * wrong / service['counted']:.2f} % | {100 * wrong / service['near']:.2f} % |"
        )


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    if len(sys.argv) == 4:
        pathlib.Path(sys.argv[3]).mkdir(parents=True, exist_ok=True)
        main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(sys.argv[1], sys.argv[2], pathlib.Path(folder))
