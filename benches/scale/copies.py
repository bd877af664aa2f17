#!/usr/bin/env python3
"""Makes a large extract out of N copies of Malta, so that no download is needed.

    python3 benches/scale/copies.py 100 malta_100.osm.pbf

The copies stand in a square grid, row by row, around Malta's own place: a step is the extract's own box and a hundredth of a degree more,
so that none touches another. 100 copies span about 10.5 degrees of longitude and 8 of latitude (31.5 to 39.6 north). Longitudes are shifted first; a copy to the
north is narrower on the ground (a street that runs east loses about 1 % for every degree), so lengths differ a little from copy to copy.

Copy k has Malta's ids plus k x 2^34: apart from each other, ascending, and with the gaps of real ids. Versions and times are kept.
Objects are written as they are made. Malta itself is in memory once, in Python objects: about 0.5 GB whatever N is.
"""

import math
import sys
from pathlib import Path

import osmium

MALTA = Path(__file__).resolve().parents[2] / "data/malta/malta-2024-03-13.osm.pbf"
ID_STEP = 1 << 34
MARGIN_E7 = 100_000
KEPT = ("osmosis_replication_timestamp", "osmosis_replication_sequence_number", "sorting", "pbf_dense_nodes")


class Row:
    """What the writer asks of an object. `data` holds what is shifted."""

    __slots__ = ("id", "version", "visible", "changeset", "timestamp", "uid", "user", "tags", "location", "nodes", "members", "data")

    def __init__(self, base, data):
        self.id, self.version, self.visible, self.timestamp = base.id, base.version, True, base.timestamp
        self.changeset, self.uid, self.user = base.changeset, base.uid, base.user
        self.tags = [(tag.k, tag.v) for tag in base.tags]
        self.location = self.nodes = self.members = None
        self.data = data


def read():
    """Nodes, ways and relations in the order of the file."""
    rows = {"n": [], "w": [], "r": []}
    for base in osmium.FileProcessor(str(MALTA)):
        kind = base.type_str()
        if kind == "n":
            data = (base.location.x, base.location.y)
        elif kind == "w":
            data = [node.ref for node in base.nodes]
        else:
            data = [(member.type, member.ref, member.role) for member in base.members]
        rows[kind].append(Row(base, data))
    return rows


def shifts(count, step_x, step_y):
    """The shift of every copy in ten millionths of a degree, west to east, then the next row to the north; the grid is centred."""
    side = math.isqrt(count - 1) + 1
    rows = -(-count // side)
    return [((k % side - side // 2) * step_x, (k // side - rows // 2) * step_y) for k in range(count)]


def write(count, path):
    """Writes all nodes, then all ways, then all relations, as a sorted file."""
    source = osmium.io.Reader(str(MALTA)).header()
    rows = read()
    box = source.box()
    step_x = box.top_right.x - box.bottom_left.x + MARGIN_E7
    step_y = box.top_right.y - box.bottom_left.y + MARGIN_E7
    places = shifts(count, step_x, step_y)
    header = osmium.io.Header()
    for key in KEPT:
        header.set(key, source.get(key))
    west, east = min(x for x, _ in places) + box.bottom_left.x, max(x for x, _ in places) + box.top_right.x
    south, north = min(y for _, y in places) + box.bottom_left.y, max(y for _, y in places) + box.top_right.y
    header.add_box(osmium.osm.Box(west / 1e7, south / 1e7, east / 1e7, north / 1e7))
    with osmium.SimpleWriter(path, header=header, overwrite=True) as writer:
        for dx, dy in places:
            for row in rows["n"]:
                x, y = row.data
                row.location = ((x + dx) / 1e7, (y + dy) / 1e7)
                writer.add_node(row)
                row.id += ID_STEP
        for k in range(count):
            for row in rows["w"]:
                row.nodes = [ref + k * ID_STEP for ref in row.data]
                writer.add_way(row)
                row.id += ID_STEP
        for k in range(count):
            for row in rows["r"]:
                row.members = [(kind, ref + k * ID_STEP, role) for kind, ref, role in row.data]
                writer.add_relation(row)
                row.id += ID_STEP


def main():
    if len(sys.argv) != 3 or not sys.argv[1].isdigit() or int(sys.argv[1]) < 1:
        sys.exit("usage: copies.py COPIES OUTPUT.osm.pbf")
    write(int(sys.argv[1]), sys.argv[2])


if __name__ == "__main__":
    main()
