#!/usr/bin/env python3
"""Buffer and unite reached road with GEOS: the usual way to a walking-coverage polygon, to time ours against.

    python3 buffer_union.py REACHED.json WIDTH_M

REACHED.json is a list of lines in metres, [[x, y], ...], one for every reached part of an edge, as `benches/shapes.rs` writes it. Prints
one JSON object: CPU seconds of buffering and uniting alone (reading and building the lines not counted), and the area in m².
"""
import json
import sys
import time

import shapely


def main(path, width):
    with open(path, encoding="utf-8") as file:
        lines = [shapely.LineString(line) for line in json.load(file)]
    start = time.process_time()
    united = shapely.union_all(shapely.buffer(lines, width))
    seconds = time.process_time() - start
    print(json.dumps({"seconds": seconds, "area_m2": united.area, "geos": shapely.geos_version_string, "edges": len(lines)}))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], float(sys.argv[2]))
