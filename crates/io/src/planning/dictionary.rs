//! What `README.txt` says of the office's files.

pub(crate) const NORMS: &str = "\
norms.csv, norms.geojson: every norm of every zone that it is for; of norms for all zones together, one row without a shape.
  zone_id, zone_name, zone_class
                          the zone; `all` for all zones together
  norm, title, title_zh   the norm of the standards
  quantity, have, have_from
                          what is counted, how many there are, and whether that is from the table of figures, counted among the study's
                          facilities, or the study's people and ground
  need_low_exact, need_high_exact
                          how many are needed, before numbers are made whole; no upper end where there may be any number
  rounding                how the lower end is made whole: up, nearest, down, exact. The upper end counts full ones, never below the lower
  need_low, need_high     the same, whole
  gap                     how many are missing: need_low - have, 0 where none are
  status                  short (have < need_low), met, over (have > need_high), unknown (a figure is missing: see detail)
  detail                  what the need was made of, and what is not known
";

pub(crate) const INDICATORS: &str = "\
indicators.csv: every indicator of all zones together (zone_id `all`), and by zone where the standards ask.
  indicator, domain, title, unit (and _zh)
  baseline, baseline_year what was published
  target, target_value, target_year, nature
                          the target as printed and as a number; expected (预期性) or binding (约束性)
  numerator, denominator, per, value
                          value = numerator / (denominator / per); a number by itself where there is no denominator
  value_rounded           as the standards round it; the status goes by it
  progress                the way from baseline to target that is done, 0 to 1
  status                  met, not_met, no_target, unknown
  needed_for_target       whole ones that are still needed, for today's denominator
  baseline_recomputed     the value for the published one's year, from the figures of that year
  baseline_implies_numerator, baseline_implies_denominator
                          the count that the published value stands for, and the people that it stands for
  target_implies_denominator
                          the people at which today's count would be the target
  rank                    among zones, most first
minimums.csv: facilities held against a minimum amount: have, served (whom it serves), asked, gap, met.
";

pub(crate) const FAIRNESS: &str = "\
fairness.csv: how evenly a resource is spread; what has no value is empty, and detail says why. `SERVICE.people_covered` is coverage:
  its mean is the share of people who are covered. `access NAME` is what people can draw on, over zones and over demand points.
  gini_people, gini_area, theil_l_log10 (mean log deviation to base 10, as Chinese health papers print it), theil_l_ln, theil_t_ln,
  theil_between_log10, theil_within_log10 (between and within classes of zones), cv_people_weighted, cv_unweighted,
  mean_absolute_deviation (for `per` people), max_min_ratio, palma (best-off tenth over worst-off four tenths)
agglomeration.csv: by zone: amount, people, area_km2, per_people, hrad (resource share over land share), pad (people share over land
                share), hrad_over_pad (below 1: short for its people)
lorenz.csv      the curves: cumulative shares of people (or land) and of the resource, those who hold least first
";

/// The dictionary of a command.
pub(super) fn readme(command: &str) -> String {
    let own = if command == "norms" { NORMS.to_owned() } else { format!("{INDICATORS}{FAIRNESS}") };
    format!(
        "{own}\
table-*.csv     the same as planners print it
report.md       all printed tables, and how they were made
issues.csv      what was found, columns as those of `run`: what was not used as it stands, what is not known, what does not agree
manifest.json   version, what was asked, plan and standards, inputs and outputs with SHA-256; between two runs only
                `run` differs, and with it the last line, `sha256`: the manifest's own digest, taken with zeros in its place
"
    )
}
