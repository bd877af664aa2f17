//! What `README.txt` of a comparison says of its files.

pub(super) const README: &str = "\
baseline/, SCENARIO/  the results of a run each, as it would be by itself: see README.txt in them. Of the demo, the folder above is the baseline
comparison.csv        one row a service and scenario; `baseline` is the study as it stands
  facilities, facilities_new, facilities_closed, facilities_moved
  people_covered, people_share, area_share   as in summary.json of that run
  cost_mean_S, cost_max_S of those who can reach a facility
  gini_of_zones         Gini's coefficient of the covered people of zones, by people: 0 where every zone has the same share covered
  people_gained, people_lost
                        people who are covered in the scenario and not in the study as it stands, and the other way round, counted point by
                        point: gains and losses in one zone do not cancel out
  people_gained_per_new (people_gained - people_lost) / facilities_new
  gaps, gaps_opened, gaps_closed
                        a gap has closed where no gap of the scenario in the same zone shares ground with it, and has opened where none of
                        before does
projects.csv, projects.geojson
                        what each step does, given the steps before it, in the order of building: by the year of its record, then as the
                        plan lists them. Gains of steps depend on that order; people_covered of the last one is that of comparison.csv
zones_compared.csv, zones_compared.geojson
                        by scenario, service and zone, before and after; gained and lost as above
gaps_compared.csv, gaps_compared.geojson
                        gaps that opened, closed, or were kept (their people before and after)
people_changed.geojson  demand points of which people gained or lost coverage: people, cost_before_S, cost_after_S
targets.csv             indicators with a target, by scenario; those of a year are met or not by the figures and facilities of that year
norms_compared.csv      by scenario and norm, how many zones are short, met, over, unknown, and how many are missing in all
fairness_compared.csv   as fairness.csv, by scenario
table-*.csv, report.md  the same as planners print it: table 2 what each town gets, 9 the scenarios, 10 the sites in order
summary.json            comparison, projects, targets and norms, as one file
issues.csv              what was found, columns as those of `run`; those of each run are in its own folder
manifest.json           version, plan, runs, inputs and outputs with SHA-256
In the names above S is s (seconds) or m (metres). Geometries are WGS84.
";
