#!/usr/bin/env python3
"""An independent reference for walking coverage: who lives within 15 minutes' walk of a facility.

It reads an OpenStreetMap extract and measures, by zone, how many people and how much ground are
`covered`, `uncovered`, `unreachable` or `unlinked`. It was written from the definitions alone, shares
no code and no intermediate file with the Rust tool, and leans on other libraries wherever it can
(libosmium assembles the polygons, GEOS cuts and searches, PROJ projects and measures), so that the
two programs can be checked against each other.

Needs Python 3.10 or later and: pip install osmium numpy scipy shapely pyproj

    python coverage_reference.py --self-test
    python coverage_reference.py --study malta malta-2024-03-13.osm.pbf > malta.json
    python coverage_reference.py --study liechtenstein liechtenstein-2013-08-03.osm.pbf > liechtenstein.json
    python coverage_reference.py --crs EPSG:32632 --facility amenity=hospital other.osm.pbf > other.json

JSON goes to stdout, progress to stderr. Costs are whole milliseconds: each arc, partial arc and leg is
rounded by itself. Areas are planar areas in the working CRS (`area_geodesic_m2` stands beside them).
"""

import argparse
import heapq
import importlib.metadata
import json
import os
import platform
import re
import sys
import tempfile
import time

import numpy as np
import osmium
import pyproj
import scipy.sparse
import scipy.sparse.csgraph
import shapely
from shapely import STRtree

WALK_M_S, STEPS_M_S, ACCESS_M_S = 1.2, 0.6, 1.2
TIE_M = 0.001
UNREACHED = np.int64(1) << 60
STATUSES = ("covered", "uncovered", "unreachable", "unlinked")
COVERED, UNCOVERED, UNREACHABLE, UNLINKED = range(4)

WALKED_CLASSES = set(
    "footway pedestrian path steps living_street residential unclassified service track tertiary tertiary_link "
    "secondary secondary_link primary primary_link trunk trunk_link road cycleway bridleway corridor platform "
    "crossing elevator".split()
)
NEVER_WALKED = set("construction proposed abandoned razed planned disused demolished".split())
FOOT_OPENS = set("yes designated permissive official destination customers delivery permit residents".split())
FOOT_CLOSES = {"no", "private", "use_sidepath"}
ACCESS_CLOSES = {"no", "private"}

STUDIES = {
    "malta": {
        "crs": "EPSG:32633",
        "facility": ["healthcare=hospital|clinic", "amenity=hospital|clinic"],
        "totals": None,
    },
    "liechtenstein": {
        "crs": "EPSG:32632",
        "facility": ["amenity=hospital|clinic|doctors|pharmacy", "healthcare=hospital|clinic|doctor"],
        "totals": {
            "Ruggell": 2322, "Schellenberg": 1107, "Gamprin": 1690, "Eschen": 4466, "Mauren": 4401, "Schaan": 6039,
            "Planken": 473, "Vaduz": 5696, "Triesenberg": 2638, "Triesen": 5275, "Balzers": 4642,
        },
    },
}


def log(*words):
    print(*words, file=sys.stderr, flush=True)


def whole_ms(seconds):
    return np.rint(np.asarray(seconds) * 1000.0).astype(np.int64)


# ---------------------------------------------------------------------------------------------------- reading


def is_walked(tags):
    """Whether a way with these tags may be walked (a dict with `highway`)."""
    highway = tags["highway"]
    if highway in NEVER_WALKED:
        return False
    foot = tags.get("foot")
    if foot in FOOT_OPENS:
        return True
    if foot in FOOT_CLOSES:
        return False
    if tags.get("access") in ACCESS_CLOSES:
        return False
    if tags.get("motorroad") == "yes":
        return False
    if highway in ("trunk", "trunk_link") and tags.get("sidewalk") == "separate":
        return False
    return highway in WALKED_CLASSES


def is_water(tags):
    """Whether an area is one that no one lives on."""
    return (
        tags.get("natural") == "water"
        or tags.get("waterway") in ("riverbank", "dock")
        or tags.get("landuse") in ("reservoir", "basin")
    )


def parse_rules(rules):
    """['amenity=hospital|clinic'] -> [('amenity', {'hospital', 'clinic'})]"""
    parsed = []
    for rule in rules:
        key, _, values = rule.partition("=")
        parsed.append((key, set(values.split("|"))))
    return parsed


def matches(tags, rules):
    return any(tags.get(key) in values for key, values in rules)


def parse_people(text):
    """A population tag as a number, or None where it is not a plain one."""
    plain = re.sub(r"[\s,']", "", text or "")
    return int(plain) if re.fullmatch(r"\d+", plain) else None


class Extract:
    """What one OSM file holds, in the working CRS."""

    def __init__(self, path, crs, facility_rules, admin_level):
        self.to_metric = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        self.to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        self.rules = parse_rules(facility_rules)
        self.issues = []
        self.read_elements(path)
        self.read_areas(path, str(admin_level))

    def metric_point(self, lon, lat):
        return self.to_metric.transform(lon, lat)

    def metric_shape(self, shape):
        return shapely.transform(shape, lambda xy: np.column_stack(self.to_metric.transform(xy[:, 0], xy[:, 1])))

    def geodesic_area(self, shape):
        degrees = shapely.transform(shape, lambda xy: np.column_stack(self.to_degrees.transform(xy[:, 0], xy[:, 1])))
        return abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(degrees))[0])

    def read_elements(self, path):
        """Nodes, roads, place nodes, facility nodes; and which ways and relations ought to become areas."""
        position, self.roads, self.places, self.facilities = {}, [], [], []
        self.wanted_areas, self.open_lines = {}, {}
        for item in osmium.FileProcessor(path):
            kind, tags = item.type_str(), item.tags
            if kind == "n":
                if item.location.valid():
                    position[item.id] = (item.location.lon, item.location.lat)
                    if len(tags):
                        self.read_node(item, dict(tags))
                continue
            if not len(tags):
                continue
            tags = dict(tags)
            if kind == "w" and "highway" in tags:
                self.roads.append((item.id, tags, [node.ref for node in item.nodes]))
            role = self.area_role(tags)
            if role and kind == "w":
                refs = [node.ref for node in item.nodes]
                if len(refs) > 3 and refs[0] == refs[-1]:
                    self.wanted_areas[kind, item.id] = role
                elif role == "facility":
                    self.open_lines[item.id] = (tags, refs)
            elif role and kind == "r" and (role == "facility" or tags.get("type") == "multipolygon"):
                self.wanted_areas[kind, item.id] = role
        self.position = position
        for way, (tags, refs) in self.open_lines.items():
            line = shapely.LineString([position[ref] for ref in refs if ref in position])
            middle = self.metric_shape(line).interpolate(0.5, normalized=True)
            self.add_facility("w", way, tags, middle, "middle of the line")
            self.issues.append(f"facility way {way} is not closed: taken at the middle of its line")

    def local_roads(self):
        """The roads with front doors, as lines."""
        lines = []
        for _, tags, refs in self.roads:
            places = [self.position[ref] for ref in refs if ref in self.position]
            if tags["highway"] in ("residential", "living_street") and len(places) > 1:
                lines.append(self.metric_shape(shapely.LineString(places)))
        return lines

    def read_node(self, node, tags):
        point = shapely.Point(self.metric_point(node.location.lon, node.location.lat))
        if tags.get("place") in ("town", "village", "city") and "population" in tags:
            people = parse_people(tags["population"])
            if people is None:
                self.issues.append(f"place node {node.id}: population {tags['population']!r} is not a number")
            else:
                self.places.append((node.id, tags["place"], tags.get("name"), people, point))
        if matches(tags, self.rules):
            self.add_facility("n", node.id, tags, point, "node")

    def add_facility(self, kind, number, tags, point, at):
        self.facilities.append({"id": f"{kind}{number}", "name": tags.get("name", "").strip(), "point": point, "at": at})

    def area_role(self, tags):
        if matches(tags, self.rules):
            return "facility"
        if tags.get("landuse") == "residential":
            return "residential"
        if tags.get("building", "no") != "no":
            return "building"
        if is_water(tags):
            return "water"
        return None

    def read_areas(self, path, admin_level):
        """Zones, residential land, buildings and facility areas, as libosmium assembles them."""
        to_wkb = osmium.geom.WKBFactory()
        self.zones, self.residential, self.buildings, self.water = [], [], [], []
        for item in osmium.FileProcessor(path).with_areas():
            if item.type_str() != "a":
                continue
            tags = dict(item.tags)
            kind, number = ("w" if item.from_way() else "r"), item.orig_id()
            is_zone = kind == "r" and tags.get("boundary") == "administrative" and tags.get("admin_level") == admin_level
            role = self.area_role(tags)
            if not (is_zone or role):
                continue
            try:
                shape = self.metric_shape(shapely.from_wkb(to_wkb.create_multipolygon(item)))
            except RuntimeError as error:
                self.issues.append(f"area of {kind}{number}: {error}")
                continue
            if not shape.is_valid:
                shape = polygons_of(shapely.make_valid(shape))
            self.wanted_areas.pop((kind, number), None)
            if is_zone:
                self.zones.append({"id": number, "name": tags.get("name"), "tag": tags.get("population"), "shape": shape})
            if tags.get("landuse") == "residential":
                self.residential.append(shape)
            if tags.get("building", "no") != "no":
                self.buildings.append(shape)
            if is_water(tags):
                self.water.append(shape)
            if matches(tags, self.rules):
                centroid = shape.centroid
                if shape.contains(centroid):
                    self.add_facility(kind, number, tags, centroid, "centroid")
                else:
                    self.add_facility(kind, number, tags, shape.representative_point(), "representative point")
        self.zones.sort(key=lambda zone: zone["id"])
        for (kind, number), role in self.wanted_areas.items():
            self.issues.append(f"{role} {kind}{number} does not assemble to a polygon: left out")


def polygons_of(shape):
    """The polygonal part of any geometry."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shape, return_index=False) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.MultiPolygon()


def merge_facilities(facilities, within_m=150.0):
    """Keeps the first (nodes, then ways, then relations, by id) of those that share a name and stand close together."""
    order = sorted(facilities, key=lambda f: ("nwr".index(f["id"][0]), int(f["id"][1:])))
    kept = []
    for facility in order:
        twin = next(
            (k for k in kept if k["name"] and k["name"] == facility["name"] and k["point"].distance(facility["point"]) <= within_m),
            None,
        )
        if twin is None:
            kept.append(dict(facility, merged=[]))
        else:
            twin["merged"].append(facility["id"])
    return kept


# ---------------------------------------------------------------------------------------------------- network


class Network:
    """Nodes in the working CRS and edges u-v with a time; `forward` and `backward` say which way they may be walked."""

    def __init__(self, xy, u, v, edge_ms, forward, backward, min_component):
        self.xy, self.u, self.v, self.edge_ms = xy, u, v, edge_ms
        self.forward, self.backward, self.min_component = forward, backward, min_component
        n = len(xy)
        graph = scipy.sparse.coo_matrix((np.ones(len(u)), (u, v)), shape=(n, n))
        self.components, label = scipy.sparse.csgraph.connected_components(graph, directed=False)
        self.component_nodes = np.bincount(label)
        self.eligible = np.flatnonzero(self.component_nodes[label[u]] >= min_component)
        ends = np.stack([xy[u[self.eligible]], xy[v[self.eligible]]], axis=1)
        self.tree = STRtree(shapely.linestrings(ends))

    def link(self, points, snap_m):
        """Links points (n x 2) to the nearest eligible edges.

        Returns arrays point, edge, t (0 at u, 1 at v), leg_ms: one row a tied edge, no row for a point too far away.
        """
        rows = []
        for start in range(0, len(points), 20000):
            chunk = points[start : start + 20000]
            geometry = shapely.points(chunk)
            (found, _), distance = self.tree.query_nearest(geometry, max_distance=snap_m, return_distance=True, all_matches=False)
            if not len(found):
                continue
            which, edge = self.tree.query(geometry[found], predicate="dwithin", distance=distance + TIE_M)
            edge, point = self.eligible[edge], found[which]
            t, metres = self.foot(chunk[point], edge)
            rows.append((point + start, edge, t, whole_ms(metres / ACCESS_M_S)))
        if not rows:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64)
        return tuple(np.concatenate(column) for column in zip(*rows))

    def foot(self, points, edge):
        """Where the perpendicular from each point meets its edge, as a fraction, and how long it is."""
        a, b = self.xy[self.u[edge]], self.xy[self.v[edge]]
        along = b - a
        squared = (along**2).sum(axis=1)
        t = ((points - a) * along).sum(axis=1) / np.where(squared > 0, squared, 1.0)
        t = np.clip(t, 0.0, 1.0)
        return t, np.hypot(*(points - (a + t[:, None] * along)).T)

    def part_ms(self, edge, fraction):
        return np.rint(fraction * self.edge_ms[edge]).astype(np.int64)

    def cost_to(self, seeds):
        """Milliseconds from each node to the nearest seed, walking forwards in time (so the search runs backwards).

        `seeds` are the linked facilities, as `link` returns them.
        """
        _, edge, t, leg = seeds
        # an arc x -> y is kept under y, where the search meets it
        tail = np.concatenate([self.u[self.forward], self.v[self.backward]])
        head = np.concatenate([self.v[self.forward], self.u[self.backward]])
        cost = np.concatenate([self.edge_ms[self.forward], self.edge_ms[self.backward]])
        order = np.argsort(head, kind="stable")
        first = np.searchsorted(head[order], np.arange(len(self.xy) + 1)).tolist()
        tail, cost = tail[order].tolist(), cost[order].tolist()

        best = [int(UNREACHED)] * len(self.xy)
        heap = []
        for e, fraction, extra in zip(edge, t, leg):
            if self.forward[e]:
                heap.append((int(extra + self.part_ms(e, fraction)), int(self.u[e])))
            if self.backward[e]:
                heap.append((int(extra + self.part_ms(e, 1.0 - fraction)), int(self.v[e])))
        for ms, node in heap:
            best[node] = min(best[node], ms)
        heapq.heapify(heap)
        while heap:
            ms, node = heapq.heappop(heap)
            if ms > best[node]:
                continue
            for k in range(first[node], first[node + 1]):
                longer = ms + cost[k]
                if longer < best[tail[k]]:
                    best[tail[k]] = longer
                    heapq.heappush(heap, (longer, tail[k]))
        return np.array(best, dtype=np.int64)

    def point_costs(self, points, seeds, node_ms, snap_m):
        """Cost of each point (UNREACHED without a path) and whether it is linked."""
        point, edge, t, leg = self.link(points, snap_m)
        by_v = np.where(self.forward[edge], self.part_ms(edge, 1.0 - t) + node_ms[self.v[edge]], UNREACHED)
        by_u = np.where(self.backward[edge], self.part_ms(edge, t) + node_ms[self.u[edge]], UNREACHED)
        road = np.minimum(by_u, by_v)
        for _, seed_edge, seed_t, seed_leg in zip(*seeds):
            same = np.flatnonzero(edge == seed_edge)
            ahead = seed_t - t[same]
            allowed = ((ahead >= 0) & self.forward[seed_edge]) | ((ahead <= 0) & self.backward[seed_edge])
            direct = np.where(allowed, self.part_ms(edge[same], np.abs(ahead)) + seed_leg, UNREACHED)
            road[same] = np.minimum(road[same], direct)
        cost = np.full(len(points), UNREACHED)
        np.minimum.at(cost, point, np.where(road < UNREACHED, road + leg, UNREACHED))
        linked = np.zeros(len(points), bool)
        linked[point] = True
        return cost, linked


def network_from_roads(extract, min_component):
    """The walked roads as a network: all nodes of a way are graph nodes, an edge joins consecutive ones."""
    number, lonlat, edges = {}, [], []
    missing = 0
    for _, tags, refs in extract.roads:
        if not is_walked(tags):
            continue
        one_way = {"yes": (True, False), "-1": (False, True)}.get(tags.get("oneway:foot"), (True, True))
        speed = STEPS_M_S if tags["highway"] == "steps" else WALK_M_S
        before = None
        for ref in refs:
            if ref not in extract.position:
                missing += 1
                before = None
                continue
            if ref not in number:
                number[ref] = len(lonlat)
                lonlat.append(extract.position[ref])
            here = number[ref]
            if before is not None and before != here:
                edges.append((before, here, speed, *one_way))
            before = here
    lon, lat = np.array(lonlat).T
    u, v = (np.array([edge[k] for edge in edges], dtype=np.int64) for k in (0, 1))
    speed = np.array([edge[2] for edge in edges])
    forward, backward = (np.array([edge[k] for edge in edges], dtype=bool) for k in (3, 4))
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(lon[u], lat[u], lon[v], lat[v])
    xy = np.column_stack(extract.to_metric.transform(lon, lat))
    if missing:
        extract.issues.append(f"{missing} node references of walked ways are not in the file: the ways are split there")
    return Network(xy, u, v, whole_ms(metres / speed), forward, backward, min_component)


# ---------------------------------------------------------------------------------------------------- cutting


def grid_pieces(shape, cell):
    """Cuts a polygon by the grid of multiples of `cell`.

    Yields (i0, i1, j0, j1, piece): `piece` None for a block of whole cells, else the polygon inside the one cell (i0, j0).
    """
    if shape.is_empty:
        return
    xmin, ymin, xmax, ymax = shape.bounds
    i0, i1 = int(np.floor(xmin / cell)), int(np.ceil(xmax / cell))
    j0, j1 = int(np.floor(ymin / cell)), int(np.ceil(ymax / cell))
    stack = [(i0, max(i1, i0 + 1), j0, max(j1, j0 + 1), shape)]
    while stack:
        i0, i1, j0, j1, part = stack.pop()
        box = shapely.box(i0 * cell, j0 * cell, i1 * cell, j1 * cell)
        part = polygons_of(shapely.intersection(part, box))
        if part.area <= 0:
            continue
        if abs(part.area - box.area) <= 1e-9 * cell * cell:
            yield i0, i1, j0, j1, None
        elif i1 - i0 == 1 and j1 - j0 == 1:
            yield i0, i1, j0, j1, part
        elif i1 - i0 >= j1 - j0:
            middle = (i0 + i1) // 2
            stack += [(i0, middle, j0, j1, part), (middle, i1, j0, j1, part)]
        else:
            middle = (j0 + j1) // 2
            stack += [(i0, i1, j0, middle, part), (i0, i1, middle, j1, part)]


def cut(shape, cell):
    """The pieces of a polygon on the grid: cell centres (n x 2), areas (n), centroids (n x 2)."""
    centres, areas, centroids = [np.empty((0, 2))], [np.empty(0)], [np.empty((0, 2))]
    for i0, i1, j0, j1, piece in grid_pieces(shape, cell):
        i, j = np.meshgrid(np.arange(i0, i1), np.arange(j0, j1), indexing="ij")
        middle = np.column_stack([(i.ravel() + 0.5) * cell, (j.ravel() + 0.5) * cell])
        centres.append(middle)
        areas.append(np.full(len(middle), cell * cell if piece is None else piece.area))
        centroids.append(middle if piece is None else np.array([[piece.centroid.x, piece.centroid.y]]))
    return np.concatenate(centres), np.concatenate(areas), np.concatenate(centroids)


class Surface:
    """A set of polygons that may overlap, asked for its union inside a zone."""

    def __init__(self, shapes):
        self.shapes = np.array(shapes, dtype=object)
        self.tree = STRtree(self.shapes)

    def within(self, zone):
        hits = self.tree.query(zone, predicate="intersects")
        return polygons_of(shapely.intersection(shapely.union_all(self.shapes[hits]), zone))


class Roads:
    """Lines, asked for what lies in or along a zone."""

    def __init__(self, lines):
        self.lines = np.array(lines, dtype=object)
        self.tree = STRtree(self.lines)

    def within(self, zone):
        return shapely.intersection(self.lines[self.tree.query(zone, predicate="intersects")], zone)

    def along(self, zone, metres):
        hits = self.tree.query(zone.buffer(metres), predicate="intersects")
        return polygons_of(shapely.intersection(shapely.union_all(shapely.buffer(self.lines[hits], metres)), zone))


def is_lived_on(ground, zone, roads, buildings):
    """Whether half of the zone's roads, from 1 km on, are within 150 m of the ground; with less road, of its buildings (five or more)."""
    lines = roads.within(zone)
    weights = shapely.length(lines)
    if weights.sum() < 1000.0:
        hits = buildings.tree.query(zone, predicate="intersects")
        lines = np.array([shape for shape in buildings.shapes[hits] if zone.contains(shape.centroid)], dtype=object)
        if len(lines) < 5:
            return True
        near = shapely.dwithin(shapely.centroid(lines), ground, 150.0)
        return shapely.area(lines)[near].sum() >= 0.5 * shapely.area(lines).sum()
    near = shapely.length(shapely.intersection(lines, ground.buffer(150.0, quad_segs=64)))
    return near.sum() >= 0.5 * weights.sum()


def choose_surface(zone, residential, buildings, roads, water):
    """(name, polygon) that the zone's people are spread over."""
    sea = water.within(zone)
    homes, built = [polygons_of(surface.within(zone) - sea) for surface in (residential, buildings)]
    if homes.area >= 1 and homes.area >= built.area / 10 and is_lived_on(homes, zone, roads, buildings):
        return "residential", homes, homes.area, built.area
    if built.area >= 1 and is_lived_on(built, zone, roads, buildings):
        return "building", built, homes.area, built.area
    beside = polygons_of(roads.along(zone, 75.0) - sea)
    if beside.area >= 1 and is_lived_on(beside, zone, roads, buildings):
        return "roads", beside, homes.area, built.area
    land = polygons_of(zone - sea)
    return "zone", land if land.area > 1 else zone, homes.area, built.area


def zone_people(zone, places, totals):
    """(people or None, where the number comes from)"""
    if totals is not None:
        return totals.get(zone["name"]), "table" if zone["name"] in totals else "unknown"
    own = parse_people(zone["tag"])
    if own is not None:
        return own, "boundary"
    inside = [place for place in places if zone["shape"].contains(place[4])]
    if not inside:
        return None, "unknown"
    return sum(place[3] for place in inside), "places: " + ", ".join(f"{place[2]} {place[3]}" for place in inside)


# ---------------------------------------------------------------------------------------------------- measuring


def statuses(cost, linked, limit_ms):
    return np.where(~linked, UNLINKED, np.where(cost >= UNREACHED, UNREACHABLE, np.where(cost <= limit_ms, COVERED, UNCOVERED)))


def sums(weight, status):
    return [float(weight[status == k].sum()) for k in range(4)]


def quantiles(cost, weight):
    """Mean, median and 90th percentile of finite costs, in seconds: the smallest value whose cumulative weight reaches q."""
    finite = cost < UNREACHED
    cost, weight = cost[finite], weight[finite]
    if not len(cost) or weight.sum() <= 0:
        return {"cost_mean_s": None, "cost_p50_s": None, "cost_p90_s": None}
    order = np.argsort(cost, kind="stable")
    cost, running = cost[order], np.cumsum(weight[order])
    at = lambda q: float(cost[min(np.searchsorted(running, q * running[-1] * (1 - 1e-12)), len(cost) - 1)]) / 1000
    return {"cost_mean_s": float((cost * weight[order]).sum() / running[-1]) / 1000, "cost_p50_s": at(0.5), "cost_p90_s": at(0.9)}


def figures(people_total, people, area_total, area):
    row = {"people_total": people_total}
    row.update({f"people_{name}": None if people is None else people[k] for k, name in enumerate(STATUSES)})
    row["area_m2"] = area_total
    row.update({f"area_{name}_m2": area[k] for k, name in enumerate(STATUSES)})
    return row


DEFAULTS = {
    "admin_level": 8, "limit_s": 900.0, "snap_m": 300.0, "min_component": 100, "people_cell_m": 100.0, "ground_cell_m": 25.0,
}


def measure_zone(zone, extract, totals, surfaces, costs_of, options):
    """One zone's row, and the costs and weights of its people's points."""
    shape, limit_ms = zone["shape"], round(options["limit_s"] * 1000)
    total, origin = zone_people(zone, extract.places, totals)
    surface, ground, homes_m2, built_m2 = choose_surface(shape, *surfaces)
    row = {"zone_id": zone["id"], "zone_name": zone["name"], "people_from": origin, "surface": surface}
    row |= {"residential_m2": homes_m2, "building_m2": built_m2, "demand_points": 0}

    people, people_cost, weight = None, np.empty(0, np.int64), np.empty(0)
    if total is not None:
        _, piece_m2, centroids = cut(ground, options["people_cell_m"])
        weight = total * piece_m2 / piece_m2.sum()
        people_cost, linked = costs_of(centroids)
        people = sums(weight, statuses(people_cost, linked, limit_ms))
        row["demand_points"] = len(weight)

    centres, cell_m2, _ = cut(shape, options["ground_cell_m"])
    if abs(cell_m2.sum() - shape.area) > 1e-6 * shape.area:
        raise AssertionError(f"the cells of {zone['name']} do not add up: {cell_m2.sum()} of {shape.area}")
    cost, linked = costs_of(centres)
    row["ground_cells"] = len(cell_m2)
    row |= figures(total, people, float(cell_m2.sum()), sums(cell_m2, statuses(cost, linked, limit_ms)))
    row |= quantiles(people_cost, weight)
    row["area_geodesic_m2"] = extract.geodesic_area(shape)
    return row, people_cost, weight


def total_of(zones, cost, weight):
    """All zones together; zones of unknown people count for their area only."""
    known = [row for row in zones if row["people_total"] is not None]
    people = [float(sum(row[f"people_{name}"] for row in known)) for name in STATUSES]
    area = [float(sum(row[f"area_{name}_m2"] for row in zones)) for name in STATUSES]
    total = figures(sum(row["people_total"] for row in known), people, sum(row["area_m2"] for row in zones), area)
    for sides, whole in ((people, "people_total"), (area, "area_m2")):
        if abs(sum(sides) - total[whole]) > 1e-6 * total[whole]:
            raise AssertionError(f"{whole}: the statuses give {sum(sides)}, not {total[whole]}")
    total |= quantiles(cost, weight)
    for kind, sides, whole in (("people", people, total["people_total"]), ("area", area, total["area_m2"])):
        total |= {f"{kind}_{name}_share": sides[k] / whole if whole else None for k, name in enumerate(STATUSES)}
    return total


def describe_network(extract, network, node_ms):
    ends = np.concatenate([network.u, network.v])
    kept = np.concatenate([network.u[network.eligible], network.v[network.eligible]])
    return {
        "highway_ways": len(extract.roads),
        "walked_ways": sum(is_walked(tags) for _, tags, _ in extract.roads),
        "highway_nodes": len({ref for _, _, refs in extract.roads for ref in refs if ref in extract.position}),
        "nodes": len(np.unique(ends)),
        "edges": len(network.u),
        "one_way_edges": int((network.forward != network.backward).sum()),
        "components": int((network.component_nodes > 1).sum()),
        "eligible_components": sorted((int(n) for n in network.component_nodes if n >= network.min_component), reverse=True),
        "eligible_nodes": len(np.unique(kept)),
        "eligible_edges": len(network.eligible),
        "nodes_reaching_a_facility": int((node_ms < UNREACHED).sum()),
    }


def measure(path, crs, facility_rules, totals, **changed):
    """The whole measurement, as one dict. `changed` overrides DEFAULTS."""
    options = DEFAULTS | changed
    stages, clock = {}, time.perf_counter()

    def done(stage):
        nonlocal clock
        stages[stage] = round(time.perf_counter() - clock, 2)
        log(f"{stage}: {stages[stage]} s")
        clock = time.perf_counter()

    extract = Extract(path, crs, facility_rules, options["admin_level"])
    facilities = merge_facilities(extract.facilities)
    done("read")

    network = network_from_roads(extract, options["min_component"])
    done("network")

    seeds = network.link(np.array([[f["point"].x, f["point"].y] for f in facilities]), options["snap_m"])
    node_ms = network.cost_to(seeds)
    for k, facility in enumerate(facilities):
        legs = seeds[3][seeds[0] == k]
        facility["leg_s"] = float(legs.min()) / 1000 if len(legs) else None
        if not len(legs):
            extract.issues.append(f"facility {facility['id']} is not linked")
    done("search")

    surfaces = Surface(extract.residential), Surface(extract.buildings), Roads(extract.local_roads()), Surface(extract.water)
    costs_of = lambda points: network.point_costs(points, seeds, node_ms, options["snap_m"])
    rows = [measure_zone(zone, extract, totals, surfaces, costs_of, options) for zone in extract.zones]
    zones = [row for row, _, _ in rows]
    total = total_of(zones, np.concatenate([cost for _, cost, _ in rows]), np.concatenate([weight for _, _, weight in rows]))
    done("coverage")

    speeds = {"walk_m_s": WALK_M_S, "steps_m_s": STEPS_M_S, "access_m_s": ACCESS_M_S}
    shapes = [zone["shape"] for zone in extract.zones]
    return {
        "input": os.path.basename(path),
        "parameters": {"crs": crs, "facility": facility_rules} | options | speeds,
        "versions": versions(),
        "network": describe_network(extract, network, node_ms),
        "facilities_read": len(extract.facilities),
        "facilities": [
            {"id": f["id"], "name": f["name"] or None, "at": f["at"], "x": f["point"].x, "y": f["point"].y}
            | {"leg_s": f["leg_s"], "merged": f["merged"]}
            for f in facilities
        ],
        "zones_overlap_m2": sum(shape.area for shape in shapes) - shapely.union_all(shapes).area,
        "total": total,
        "zones": zones,
        "issues": extract.issues,
        "stages_s": stages,
    }


def versions():
    names = ("osmium", "numpy", "scipy", "shapely", "pyproj")
    found = {name: importlib.metadata.version(name) for name in names}
    return found | {"geos": shapely.geos_version_string, "proj": pyproj.proj_version_str, "python": platform.python_version()}


# ---------------------------------------------------------------------------------------------------- self test


def expect(what, found, wanted, tolerance=0.0):
    if found is None or abs(found - wanted) > tolerance:
        raise SystemExit(f"self-test: {what}: found {found}, expected {wanted}")
    log(f"ok  {what}: {found}")


def test_tags():
    cases = [
        (True, "highway=residential"),
        (False, "highway=motorway"),
        (True, "highway=motorway foot=yes"),
        (False, "highway=footway foot=no"),
        (False, "highway=construction foot=yes"),
        (False, "highway=path access=private"),
        (True, "highway=path access=private foot=permissive"),
        (False, "highway=trunk motorroad=yes"),
        (False, "highway=trunk sidewalk=separate"),
        (True, "highway=trunk"),
        (True, "highway=primary sidewalk=separate"),
        (False, "highway=raceway"),
        (True, "highway=residential foot=unknown access=destination"),
    ]
    for wanted, text in cases:
        expect(text, is_walked(dict(part.split("=") for part in text.split())), wanted)


def test_small_network():
    """A street of 100 m edges (u-v east) with one-way pieces; milliseconds by arithmetic at 1 m/s on the road."""
    xy = np.array([[0.0, 0], [100, 0], [200, 0], [300, 0]])
    u, v, ms = np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([100000, 100000, 100000])
    both, east = np.array([True] * 3), np.array([True, False, True])
    # the facility stands 12 m off the middle of the second edge: leg 10 s
    for name, backward, wanted in (
        ("two ways", both, [125000, 20000, 90000, None]),
        ("second edge eastward only", east, [125000, 20000, None, None]),
    ):
        network = Network(xy, u, v, ms, both, backward, 2)
        seeds = network.link(np.array([[150.0, 12.0]]), 300)
        points = np.array([[35.0, 0.0], [140.0, 0.0], [230.0, 0.0], [0.0, 400.0]])
        cost, linked = network.point_costs(points, seeds, network.cost_to(seeds), 300)
        expect(f"{name}: linked", int(linked.sum()), 3)
        for k, value in enumerate(wanted):
            expect(f"{name}: point {k}", int(cost[k]), int(UNREACHED) if value is None else value)


def test_random_networks():
    """Against a dense all-pairs search in which every foot is a node of its own."""
    rng = np.random.default_rng(7)
    worst = 0
    for _ in range(20):
        n, m = 30, 45
        xy = rng.uniform(0, 1000, (n, 2))
        ends = np.array([rng.choice(n, 2, replace=False) for _ in range(m)])
        u, v = ends.T
        ms = whole_ms(np.hypot(*(xy[u] - xy[v]).T))
        forward = rng.random(m) < 0.8
        backward = ~forward | (rng.random(m) < 0.6)
        network = Network(xy, u, v, ms, forward, backward, 5)
        spots = rng.uniform(0, 1000, (34, 2))
        seeds = network.link(spots[:4], 100)
        cost, linked = network.point_costs(spots, seeds, network.cost_to(seeds), 100)
        point, edge, t, leg = network.link(spots, 100)
        size = n + len(spots)
        dense = np.full((size, size), np.inf)
        for e in range(m):
            feet = sorted((t[k], n + point[k]) for k in np.flatnonzero(edge == e))
            on = [(0.0, u[e]), *feet, (1.0, v[e])]
            for (t0, a), (t1, b) in zip(on, on[1:]):
                if forward[e]:
                    dense[a, b] = min(dense[a, b], (t1 - t0) * ms[e])
                if backward[e]:
                    dense[b, a] = min(dense[b, a], (t1 - t0) * ms[e])
        for k in range(size):
            dense = np.minimum(dense, dense[:, k : k + 1] + dense[k : k + 1, :])
        np.fill_diagonal(dense, 0)
        legs = np.full(len(spots), np.inf)
        legs[point] = leg
        best = (dense[n:, n : n + 4] + legs[None, :4]).min(axis=1) + legs
        same = np.isfinite(best) == (cost < UNREACHED)
        if not same.all() or not (linked == np.isfinite(legs)).all():
            raise SystemExit("self-test: random networks disagree on who is reached")
        reached = np.isfinite(best)
        worst = max(worst, np.abs(best[reached] - cost[reached]).max(initial=0))
    expect("random networks: worst difference to the dense search, ms", float(worst), 0.0, 3.0)


def test_cut():
    ring = shapely.Polygon([(10, 10), (310, 10), (310, 160), (10, 160)], [[(120, 20), (180, 20), (180, 80), (120, 80)]])
    _, area, centroid = cut(ring, 100.0)
    expect("cut: area", float(area.sum()), ring.area, 1e-6)
    expect("cut: pieces", len(area), 8)
    whole = (area[:, None] * centroid).sum(axis=0) / area.sum()
    expect("cut: centroid x", whole[0], ring.centroid.x, 1e-6)


def test_file():
    """A straight street of 12.8 km on the meridian of the projection, one clinic, four zones, all through a written file.

    Along that meridian 1 m of ground is 0.9996 m of the grid. The clinic stands on the street, so a point `off` metres
    beside the street and `along` grid metres from the clinic is covered when along / 0.9996 + off <= 1080.
    """
    crs, east, north = "EPSG:32632", 500000.0, 5220000.0
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "street.osm.pbf")
        writer = osmium.SimpleWriter(path)
        nodes, ways, relations = [], [], []

        def node(x, y, tags=None):
            nodes.append(osmium.osm.mutable.Node(id=len(nodes) + 1, location=to_degrees.transform(x, y), tags=tags or {}))
            return len(nodes)

        def way(refs, tags=None):
            ways.append(osmium.osm.mutable.Way(id=len(ways) + 1, nodes=refs, tags=tags or {}))
            return len(ways)

        def ring(x0, y0, x1, y1, tags=None):
            corners = [node(x0, y0), node(x1, y0), node(x1, y1), node(x0, y1)]
            return way(corners + corners[:1], tags)

        def zone(name, people, x0, y0, x1, y1):
            tags = {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": name}
            if people:
                tags["population"] = str(people)
            member = osmium.osm.RelationMember(ring(x0, y0, x1, y1), "w", "outer")
            relations.append(osmium.osm.mutable.Relation(id=len(relations) + 1, members=[member], tags=tags))

        street = [node(east, north + 100 * k) for k in range(129)]
        way(street, {"highway": "tertiary"})
        # a second street in nobody's reach (a missing piece between the two), 128 nodes
        island = [node(east + 1000, north + 100 * k) for k in range(128)]
        way(island, {"highway": "service"})
        # a closed road close to the far zone: it must not link
        way([node(east + 2500, north), node(east + 2500, north + 3000)], {"highway": "motorway"})
        node(east, north + 6000, {"amenity": "clinic", "name": "Clinic"})
        node(east + 20, north + 6010, {"healthcare": "clinic", "name": "Clinic"})
        zone("Street", 4100, east, north + 4000, east + 100, north + 8100)
        zone("Island", 2048, east + 1000, north, east + 1100, north + 1000)
        zone("Far", None, east + 2400, north, east + 2600, north + 1000)
        zone("Cut", 512, east - 100, north + 4000, east, north + 8000)
        # half of every cell is homes, 25 to 75 m beside the street, with a few buildings elsewhere
        ring(east - 75, north + 4000, east - 25, north + 8000, {"landuse": "residential"})
        ring(east - 24, north + 4000, east - 20, north + 4500, {"building": "yes"})
        node(east + 2500, north + 500, {"place": "village", "population": "64"})
        for item, add in [(nodes, writer.add_node), (ways, writer.add_way), (relations, writer.add_relation)]:
            for one in item:
                add(one)
        writer.close()
        result = measure(path, crs, STUDIES["malta"]["facility"], None)

    by_name = {row["zone_name"]: row for row in result["zones"]}
    expect("file: zones", len(by_name), 4)
    expect("file: facilities after the merge", len(result["facilities"]), 1)
    # 41 cells of 100 m with their centres 50 m off: covered at 50, 150 … 950 m on either side (1030 * 0.9996 = 1029.6)
    expect("street: people covered", by_name["Street"]["people_covered"], 2000, 0.5)
    expect("street: people uncovered", by_name["Street"]["people_uncovered"], 2100, 0.5)
    expect("street: median cost", by_name["Street"]["cost_p50_s"], (1050 / 0.9996 + 50) / 1.2, 0.02)
    # ground: four columns of 25 m, rows of centres 12.5, 37.5 … from the clinic
    rows = sum(1 for off in (12.5, 37.5, 62.5, 87.5) for k in range(80) if (12.5 + 25 * k) / 0.9996 + off <= 1080)
    expect("street: area covered", by_name["Street"]["area_covered_m2"], 2 * rows * 625, 500)
    expect("street: area", by_name["Street"]["area_m2"], 410000, 200)
    expect("island: people unreachable", by_name["Island"]["people_unreachable"], 2048, 1e-6)
    expect("island: area unreachable", by_name["Island"]["area_unreachable_m2"], 100000, 100)
    expect("far: people unlinked", by_name["Far"]["people_unlinked"], 64, 1e-6)
    expect("far: area unlinked", by_name["Far"]["area_unlinked_m2"], 200000, 200)
    # the homes' pieces have their centroid 50 m off the street
    expect("cut: residential", by_name["Cut"]["surface"] == "residential", True)
    expect("cut: people covered", by_name["Cut"]["people_covered"], 512 * 20 / 40, 0.1)
    expect("all: people", result["total"]["people_total"], 4100 + 2048 + 64 + 512)


def self_test():
    test_tags()
    test_small_network()
    test_random_networks()
    test_cut()
    test_file()
    log("self-test passed")


# ---------------------------------------------------------------------------------------------------- command line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pbf", nargs="?", help="the OpenStreetMap extract")
    parser.add_argument("--study", choices=sorted(STUDIES), help="sets the CRS, the facilities and the totals")
    parser.add_argument("--crs", help="the working CRS, metric, such as EPSG:32633")
    parser.add_argument("--facility", action="append", help="key=value|value; repeat for more, any of them counts")
    for name, value in DEFAULTS.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value, help=f"{value} by default")
    parser.add_argument("--self-test", action="store_true", help="check the program on scenes with known answers")
    args = parser.parse_args()
    if args.self_test:
        return self_test()
    study = STUDIES.get(args.study, {"crs": None, "facility": None, "totals": None})
    crs, rules = args.crs or study["crs"], args.facility or study["facility"]
    if not (args.pbf and crs and rules):
        parser.error("give a file, and either --study or --crs and --facility")
    result = measure(args.pbf, crs, rules, study["totals"], **{name: getattr(args, name) for name in DEFAULTS})
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
