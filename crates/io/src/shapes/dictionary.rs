//! What `README.txt` says of shapes.

/// Of `isochrones`.
pub(super) const ISOCHRONES: &str = "\
isochrones.geojson: the ground within a limit, with all its holes and parts; WGS84 (RFC 7946). One feature a service and limit, or one a
service, facility and limit. Limits by zone play no part. An outline crosses a road only where the cost of the road is the limit, but for
0.25 m around places where roads cross without a junction, and for the tolerance of --simplify. Nothing reached: no geometry, and a reason.
  service                 the service of the plan
  facility_id, facility_name
                          whose; null where the ground is that of the nearest of all
  limit_s, limit_m        the limit: seconds or metres
  stand_in_for            what the facilities stand in for, where the plan says so
  pre_travel_s            of limits and costs, what passes before the drive (call handling, turnout), where the plan has a response
  beyond_s, beyond_m      for a ring, the limit that it starts beyond; null for the innermost, and where each holds all within
  area_m2                 its area in the working CRS
  reached_road_m          road within the limit (a ring: and beyond the other), m; exact, as in reach.geojson
  reason                  null; facility_unlinked (no road near), limit_too_short (the straight leg alone takes longer, or no road leads
                          there), nothing_beyond (a ring: all is within the shorter limit)
  contour, metric, fill   the limit in minutes or kilometres, time or distance, a colour: for styles made for other tools
issues.csv      what was found, columns as those of `run`: every input row that was not used as it stands, facilities that
                are linked to no road
manifest.json   version, what was asked, resolved plan and profiles, inputs and outputs with SHA-256; between two runs only `run`
                differs, and with it the last line, `sha256`: the manifest's own digest, taken with zeros in its place
";

/// Of `reach`.
pub(super) const REACH: &str = "\
reach.geojson: the roads within a limit, to the millimetre, as lines from junction to junction or to where the limit falls; WGS84
(RFC 7946). Limits by zone play no part. What a place on a road costs is the way from there, without a straight leg of its own.
  service                 the service of the plan
  facility_id, facility_name
                          whose; null where the roads are those of the nearest of all
  limit_s, limit_m        the limit: seconds or metres
  stand_in_for            what the facilities stand in for, where the plan says so
  pre_travel_s            of limits and costs, what passes before the drive (call handling, turnout), where the plan has a response
  cost_min_S, cost_max_S  the least and the greatest cost of the line's corners and ends (S: s seconds, m metres)
  length_m                length on the ellipsoid, m; the sum over a limit's lines is exact (reached_road_m of isochrones.geojson)
issues.csv      what was found, columns as those of `run`: every input row that was not used as it stands, facilities that
                are linked to no road
manifest.json   version, what was asked, resolved plan and profiles, inputs and outputs with SHA-256; between two runs only `run`
                differs, and with it the last line, `sha256`: the manifest's own digest, taken with zeros in its place
";

const AUDIT_LAYER: &str = "\
audit.json: do the polygons part the roads within the limit from those beyond it? All polygons that were taken are one: a place is held
where any of them holds it.
  shapes                  the layer: file, sha256, features; taken; left aside as of_other_limits, of_other_services, empty or
                          not_polygons; invalid (taken as they are, by the even-odd rule)
  service, limit_S, seed  what they were audited against
";

const AUDIT_OWN: &str = "\
audit.json: by service, does the covered ground of coverage.geojson, read back, part the roads within the limit from those beyond it?
Asked within the zones, where the ground is drawn: a place on water that is left out, or outside all zones, is not asked.
  tolerance, holds        the greatest wrong_share that passes (0.0001); whether it does
";

const AUDIT: &str = "\
  points                  places drawn on the roads, evenly by length
  road_m                  length of the roads that places are drawn on
  road_on_islands_m       length of the roads on islands: points are tied past them, so no place is drawn on them
  leave_out_S, left_out   places whose cost is this near the limit (S: s seconds, m metres) do not count; how many
  counted, reached        the others; those of them within the limit
  near                    those of them whose cost is two to four thirds of the limit (10 to 20 minutes around 15)
  false_in, false_out     places that the polygons hold, though they are beyond the limit; places within it that they do not hold:
                          points, share_of_counted, share_of_near
  at_crossings            the same within 1 m of roads that cross without a junction, where no polygon can be right: counted apart
  wrong_share             false_in and false_out as a share of counted, 0 to 1
audit.geojson   the places on the wrong side: service, fault (false_in, false_out), cost_S (null without a way), limit_S, at_crossing,
                edge (the road's row in the network)
";

const AUDIT_REST: &str = "\
issues.csv      what was found, columns as those of `run`: every row and feature that was not used as it stands
manifest.json   version, what was asked, resolved plan and profiles, inputs and outputs with SHA-256; between two runs only `run`
                differs, and with it the last line, `sha256`: the manifest's own digest, taken with zeros in its place
";

/// Of `audit`.
pub(super) fn audit_layer() -> String {
    format!("{AUDIT_LAYER}{AUDIT}{AUDIT_REST}")
}

/// Of a run's own audit.
pub(crate) fn audit_own() -> String {
    format!("{AUDIT_OWN}{AUDIT}")
}
