//! `README.txt`: a dictionary of every file and field of the folder.

use catchment::Metric;

use super::headline::sentence;
use super::picture::method;
use super::response_words::response_sentences;
use super::row::services;
use crate::plan::Format;
use crate::planning::dictionary::{FAIRNESS, INDICATORS, NORMS};
use crate::run::Run;
use crate::shapes::audit_own;

const STATUS: &str = "\
A person's status comes from their own exact cost:
  covered       cost <= limit
  uncovered     there is a way to a facility, longer than the limit
  unreachable   on a road from which no facility can be reached
  unlinked      no eligible road within the snap limit (too far, only on a small island of roads, or all behind a barrier)
  no_data       outside the extent of the road file: nothing is known of its access
For people and for area, covered + uncovered + unreachable + unlinked + no_data = total, in every row. Shares are of the total
without no_data; people of no data are in no gap.
The cost of a person is the straight leg to the nearest road, the way by road, and the facility's own straight leg.
";

const GAPS: &str = "\
gaps.geojson, gaps.csv: blind spots; the table holds the same without shape and style. Each is a connected piece of uncovered
inhabited ground (within 100 m of a demand point), cut at zone borders and, unless the first mask is `zone`, at water. An uncovered
person in no piece joins the nearest gap of the same zone: people in gaps = people not covered, those of gaps that gaps.min_people and
gaps.min_area_m2 keep off the list included (summary.json counts these). A gap may hold nobody: uncovered ground near somebody who is
covered, or who lives across a border; without a demand point and smaller than a ground cell it is counted, not listed.
  service                 the service of the plan
  rank                    1 for the gap with most people; gaps of unknown people come last
  zone_id, zone_name      the zone that it lies in
  place_name, place_distance_m
                          the named place (OpenStreetMap place=*) nearest to its people-weighted centre; null where the extract has none
  people                  people in it who are not covered; null where the zone's people are unknown
  people_GROUP            the same for each group of people that the plan names
  area_m2                 area of the polygon, m2
  people_share_of_zone    its people as a share of the zone's, 0 to 1
  nearest_facility_id, nearest_facility_name
                          the facility nearest to most of its people by cost; null where most can reach none
  cost_min_S, cost_mean_S, cost_max_S
                          the least, the people-weighted mean and the greatest cost of those who can reach a facility (S: s seconds,
                          m metres); null where nobody in it can, or nobody lives in it
  excess_mean_S, excess_max_S
                          by how much the mean and the greatest cost lie beyond the limit
  limit_S                 the limit that applied: that of the zone
  straight_m, road_m      straight line and cheapest way (both straight legs counted; the shortest of equally cheap ones) between the
                          point at lon, lat and the nearest facility; null where that is null
  detour                  road_m / straight_m
  barrier                 kinds of the barriers that the straight line crosses, in the order met, where the plan has [barriers]; else null
  straight_line_share     its people who live within the limit (at the profile's speed for this comparison) of a facility by a straight line, as a share: a rule of thumb
                          would have called them covered; null where people are unknown or none
  lon, lat                the point that stands for it: of the demand points whose nearest facility is the gap's, the one nearest to the
                          people-weighted centre; a point of its ground where it has no demand points
  contour, metric, fill   the limit in minutes or kilometres, time or distance, a colour: for styles made for other tools
";

const COVERAGE: &str = "\
coverage.geojson: the covered ground, one feature a service and zone that has any; cut at water unless the first mask is `zone`.
  service, zone_id, zone_name, limit_S, contour, metric, fill   as above
  area_covered_m2, area_share   the measured covered area of the zone's mask and its share (as in zones.csv; the drawn polygon, which
                          is that of all land or ground, follows it)
";

const FACILITIES: &str = "\
facilities.geojson: one feature a service and facility.
  service, facility_id, name, kind, zone_id, zone_name
  limit_S                 the limit; null where zones have limits of their own, as people then count by that of theirs
  link_status             linked, too_far (no road within the snap limit) or behind_barrier (a barrier lies before all of them)
  link_distance_m         its straight leg to the road, m
  network_share           nodes of the piece of network that it is tied to, as a share of all
  people_within_limit     people who have it within their limit, whoever else they can reach: its own catchment (catchments overlap: no sum)
  people_nearest          covered people to whom it is the nearest (sums to the covered people)
  serves_nobody           true where no demand point has it within its limit
  twins_merged            ids of records that were found to be this same facility
";

const ZONES: &str = "\
zones.csv, zones.geojson: one row a service and zone, plus `outside` where people or facilities lie outside every zone. No total row:
totals are in summary.json. Unknown people are empty, not 0.
  service, zone_id, zone_name
  facilities              facilities in it
  area_m2                 area of the zone
  mask, mask_area_m2      what area is a share of (the plan's first mask, see below), and how large that is
  area_covered_m2, area_uncovered_m2, area_unreachable_m2, area_unlinked_m2, area_no_data_m2
                          its ground by status: cells by the status of their centre, refined where the limit passes
  area_share              area_covered_m2 / (mask_area_m2 - area_no_data_m2), 0 to 1
  people_total, people_covered, people_uncovered, people_unreachable, people_unlinked, people_no_data
  people_share            people_covered / (people_total - people_no_data), 0 to 1
  gap_people_share_of_all its people not covered as a share of all zones' people not covered
  cost_mean_S, cost_p50_S, cost_p90_S
                          people-weighted cost of those who can reach a facility; a quantile is the smallest value whose cumulative
                          weight reaches it
  people_GROUP_total, people_GROUP_covered, people_GROUP_share
                          the same for each group of people that the plan names
  area_MASK_m2, area_MASK_covered_m2, area_MASK_share
                          ground, covered ground and its share for each further mask of the plan (`-` is `_` in the column's name);
                          a share is empty where the mask holds nothing of the zone
  limit_S                 the limit that applied in the zone; `outside` has the service's general one
  zone_class              the zone's class, where the plan names classes
";

const MASKS: &str = "\
Masks: what area is a share of. Overlapping areas count once.
  zone         all ground of the zone
  land         the zone without mapped water: areas of natural=water, waterway=riverbank|dock, landuse=reservoir|basin
  built-up     landuse=commercial|construction|education|fairground|industrial|institutional|residential|retail, and building=* but no
  residential  landuse=residential
  others       the polygons of the GeoJSON file of that name
";

const CURVE: &str = "\
curve.csv: coverage at the limits and speeds of the sweep, one row a service, value and zone, then `outside` where zones.csv has it,
then `all` of them together (not to be added up with the others).
  service, zone_id, zone_name
  parameter               what differs from the service's own: limit or speed
  limit_S, speed_m_s      limit (a swept one holds in every zone; empty for `all` where zones have limits of their own), and general
                          speed of the profile (that of the legs too; empty for a vehicle, which has many), in this row
  people_total, people_covered, people_share, mask, mask_area_m2, area_covered_m2, area_share   as in zones.csv; further masks too
";

const RESPONSE: &str = "\
Services with [services.response]: their costs and limits, in every file, are response times: call handling, turnout and drive, all
vehicles at their stations (`assumption`; 车辆全部在站). With vehicles out on calls, times on record are longer.
response.csv: one row a service, weight, period and zone, then `outside` where points lie there, then `all` (not to be added up).
  weight                  people, a group of the plan, or calls (of response.calls): what total, reached and within_T count
  period, speed_factor    free: the speeds of the profile; others: all speeds times the factor
  total, reached, unreachable, unlinked, share_without_way
                          those counted; those to whom there is a way; those without one, and their share of the total
  response_mean_s, response_p50_s, response_p90_s
                          of those reached; a quantile is the smallest value whose cumulative weight reaches it
  target_s                the limit that applied, which the mean is held against; empty for `all` where zones have limits of their own
  within_T, share_within_T
                          those within a response time (inclusive), and their share of the total, those without a way included
radius.csv: one row a service and zone, `outside` where points or stations lie there, then `all` (not to be added up). Four readings of the service radius, never to be mixed, against target_m:
  nominal_radius_m        sqrt(area_m2 / (pi x stations)), stations being those that lie in the zone (`all`: in any zone): the 平均服务半径
                          of Shanghai's plans; empty without a station. stations_for_target: how many would bring it to the target
  distance_mean_m, distance_p50_m, distance_p90_m
                          the shortest drivable way (not the length of the fastest one) from the nearest station, straight legs
                          counted, by people reached; people_without_way and share_without_way are not in them
  distance_max_m          that of the farthest inhabited place reached: at farthest_lon and farthest_lat, near farthest_near, from the
                          station farthest_station_id
  people_within_by_road, people_share_by_road, area_within_by_road_m2, area_share_by_road
                          within the target by that way; area is the mask's
  people_within_circle, people_share_circle, area_within_circle_m2, area_share_circle
                          within the target by a straight line: a comparison (area by whole ground cells)
  people_overstated, people_overstated_share_of_circle, area_overstated_m2, area_overstated_share_of_circle
                          in a circle and beyond the target by road
  people_across_water, area_across_water_m2
                          of those, what mapped water or a coast parts from the nearest station; empty without an extract to tell
stations.csv, service_areas.geojson: one row a station; the shape is the ground of the zones that it reaches before any other.
  zone_id, zone_name, in_study_area
                          the zone it lies in; false for a station outside all zones: it answers calls, and is in no nominal radius
  vehicles                as the source tells; empty where it does not
  people_reached_first, area_reached_first_m2
                          people and ground that it reaches first, within the limit or beyond it; people whom nobody reaches, and such
                          ground, are no station's; of zones of unknown people nobody is counted
                          (people_nearest of facilities.geojson counts covered people alone)
  nominal_radius_m        sqrt(area_reached_first_m2 / pi)
  distance_mean_m, …      the shortest drivable way from this station to the people that it reaches first
  response_mean_s, …      their response times, as in response.csv
rules.csv: one row a service, rule and zone (`all` for one on all of them): have, need, gap (stations or vehicles that are missing)
  rule, weight, period    stations_per_zone, vehicles_per_10000_people (vehicles and people of zones of known people), nominal_radius_m,
                          response_mean_s (of each weight and period of response.csv); and for comparison, no rule of any plan:
                          distance_mean_m, distance_p90_m, distance_max_m
  status                  met, not_met; unknown where people or vehicles are, or where there is no station; within_target or
                          beyond_target of what is for comparison
response.geojson: the ground of the zones within each response time (response_s), the longest first; drive_s is what is left to drive
corridors.csv           each corridor's length and the part of it within the limit (that of the zone that a place lies in), its gaps, stations
                        within 1 km of it; pieces that touch with their ends are one line, pieces beside each other count each
corridor_gaps.geojson   stretches of corridors beyond the limit: from_m and to_m along the corridor, without_way_m of it without any way,
                          response_max_s the longest response along it (asked every 10 m), zone_name and limit_s those of its middle
";

const REST: &str = "\
summary.json    totals by service, the sentence of the result, conservation, findings by kind and each warning; people_share_bounds: the
                least and greatest share of all people that can be covered, if some live outside the road file; conservation: people_input as
                the files tell them, people_in_zones and people_outside_zones as points, people_beyond_not_used those of a raster's cells
                around the zones that touch none; `masks`: area by mask; `limits`:
                which limit applied where, if zones differ; straight-line shares
                (with and without the detour factor) stand there for comparison only; area_error_bound_m2 is the length of the covered
                ground's outline x half a cell, the stated bound of its error; area_error_estimate_m2 is half of it, as cells are
                refined where the limit passes; area_covered_half_cell_m2 (with measure_error) is the covered area at half the cell,
                area_error_measured_m2 the difference; people_nearest_road_beyond_barrier are those whose straight way to the nearest
                road a barrier cuts: they are tied to a farther road, or unlinked
manifest.json   version, resolved plan and profiles, inputs with SHA-256 and counts, networks, outputs with SHA-256; between two
                runs of the same plan only `run` (threads, seconds) differs, and with it the last line, `sha256`: the manifest's own
                digest, taken with zeros in its place
issues.csv      every input row that was not used as it stands, and what a planner should look at, the gravest first
  severity                error (accepted ones are warnings), warning, note
  stage, source, id       where in the run; the file, layer or service; the row, feature or object
  kind, detail, remedy    what it says, what was found and done, and what to do about it; docs/findings.md explains every kind
  people, rows, facilities, area_m2
                          what hangs on it; empty if nothing or unknown
  accepted                true for an error that the plan accepts ([checks] accept)
";

const ACCESS: &str = "\
access.csv, access.geojson: floating catchment areas, one row a measure and zone, `outside` where points lie there.
  access, method          the measure of the plan; 2SFCA (Luo and Wang 2003), E2SFCA (Luo and Qi 2009), Gaussian 2SFCA, KD2SFCA (Dai and
                          Wang 2011), M2SFCA (Delamater 2013), 3SFCA (Wan, Zou and Sternberg 2012); costs by the roads of the service
  limit_S                 the catchment: the same in every zone
  supply_of, demand_of    what facilities supply (`facilities`: one each) and who draws on it
  per                     scores and ratios are supply for so many people
  people, people_without  who draws; those of them with no supply in reach. Empty where a zone's people are unknown
  score_mean, score_least, score_most
                          by people who live there: the mean, the least and the greatest score
access_facilities.csv: by facility, its supply, people_in_reach (whoever else they can reach), and ratio, what it has for `per` of those who
draw on it, as the method weights them; empty where nobody does. A supply that nobody knows is empty, and counts as nothing (an issue).
access_points.csv, access_pairs.csv: of measures with pairs = true, every demand point with its people and score, and what each pair of
facility and point within the catchment costs: any other program can work the scores out again. Point numbers are of this run.
The people of zones of unknown people draw on nothing: scores around them are too high (zones_of_unknown_people in summary.json).
In summary.json, supply_holds says whether people x score add up to the supply in reach (M2SFCA loses some of it by design).
";

const REFERRALS: &str = "\
referrals.csv, referrals.geojson: of each facility of from_set, the nearest of to_set by cost; the shape is a straight line between them.
  direction               to-facility: from the one that asks to the nearest; from-facility: the other way
  cost_S, limit_S, within_limit
                          empty and false where there is no way; status as of people, or `itself` where the facility is one of to_set
table-12-*.csv            the same as planners print it, a row a facility
";

const PRINTED: &str = "\
report.md, table-NN-*.csv: the tables as planners print them, numbered as in their plans, in the language of the study; report.md has the
sentences and the method too. In table 11, what to look at first: the roads, where there is no way; a crossing, where a barrier lies between;
a more direct way, where half of the people live within the limit by a straight line; else a new site.
";

const FORMATS: &str = "\
The names above are those of GeoJSON and CSV. The same layers and tables, where the plan asks for other formats, lie in
  NAME.geojsonl           a feature a line and nothing else
  NAME.fgb, NAME.parquet  FlatGeobuf (without rows that have no shape), GeoParquet, WGS84
  STUDY.gpkg              GeoPackage, WGS84: all layers, those of several services parted by service; QGIS draws them by styles of their own
  STUDY.xlsx              a workbook: the method, the tables to be printed, then every table as it is
";

const RASTER: &str = "\
cost-SERVICE.tif  what it costs from the centre of every ground cell to the nearest facility: minutes (limits of distance: metres), 32-bit
                floats, the working CRS, north up; -9999 where there is no way, no road within the snap limit, or no zone
";

/// The text of `README.txt`.
pub(super) fn readme(run: &Run) -> String {
    let plan = &run.inputs.plan;
    let mut text = format!("{}\n\n", plan.study.title);
    for (service, report) in services(run) {
        text += &format!("{}\n", sentence(run, service, report, plan.study.lang));
        for line in response_sentences(run, service, plan.study.lang) {
            text += &format!("  {line}\n");
        }
        for line in method(run, service, report) {
            text += &format!("  {line}\n");
        }
    }
    text +=
        "\nGeometries are WGS84 longitude and latitude (RFC 7946). Units stand in the names: _s seconds, _m metres, _m2 square metres;\n";
    text += "shares are 0 to 1. People are a model unless they came as points: shares of a person are kept.\n\n";
    text += STATUS;
    let has = |format| plan.outputs.formats.contains(&format);
    let any = |holds: fn(Format) -> bool| plan.outputs.formats.iter().any(|format| holds(*format));
    let (layers, tables) = (any(Format::holds_layers), any(Format::holds_tables));
    let swept = tables && plan.services.iter().any(|service| !service.sweep.is_empty());
    for (shown, part) in [(true, GAPS), (layers, COVERAGE), (layers, FACILITIES), (true, ZONES), (swept, CURVE)] {
        if shown {
            text += &format!("\n{part}");
        }
    }
    if !run.responses.is_empty() {
        text += &format!("\n{RESPONSE}");
    }
    if let Some(own) = &run.office {
        for (shown, part) in
            [(!own.norms.is_empty(), NORMS), (!own.indicators.indicators.is_empty() || !own.indicators.minimums.is_empty(), INDICATORS)]
        {
            if shown {
                text += &format!("\n{part}");
            }
        }
    }
    for (shown, part) in
        [(!run.access.is_empty(), ACCESS), (!run.referrals.is_empty(), REFERRALS), (tables && !run.fair.rows.is_empty(), FAIRNESS)]
    {
        if shown {
            text += &format!("\n{part}");
        }
    }
    text += &format!("\n{PRINTED}");
    if plan.facilities.iter().any(|set| set.stand_in_for.is_some()) {
        text += "\nstand_in_for, in every table and layer: what the facilities of the service stand in for; they are not that themselves\n";
    }
    text += &format!("\n{MASKS}\n{REST}");
    if plan.outputs.audit {
        text += &audit_own();
    }
    if any(|format| !matches!(format, Format::Geojson | Format::Csv | Format::Geotiff)) {
        text += FORMATS;
    }
    if has(Format::Geotiff) {
        text += RASTER;
    }
    if plan.outputs.map {
        text += "map.svg, map.png  the picture of the first service\n";
        for service in plan.services.iter().skip(1) {
            text += &format!("map-{0}.svg, map-{0}.png  that of `{0}`\n", service.id);
        }
    }
    let metrics: Vec<&str> = [Metric::Time, Metric::Distance]
        .into_iter()
        .filter(|m| plan.services.iter().any(|s| s.limit.metric == *m))
        .map(|m| if m == Metric::Time { "S is s (seconds)" } else { "S is m (metres)" })
        .collect();
    text + &format!("\nIn the names above {}.\n", metrics.join(" or "))
}
