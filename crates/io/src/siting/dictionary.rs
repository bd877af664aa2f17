//! What `README.txt` of a siting says of its files.

pub(super) const README: &str = "\
summary.json          model, value and bound of the plan, the gap between them, and all rows below
  for                   whom the plan is for: people, a group or calls; people_… in all files below are theirs
  unit                  what values are in: people (or calls) for covers; sites or price for lscp; s or m for p-centre; their mean over all
                        people for medians
  standing              what the facilities that stand are worth by themselves; none where they do not give what the model demands
  bound                 no plan that is allowed is worth more (for costs: costs less); proven where it is the value itself
  gap, gap_of_added     (bound - value) as a share of the value, and of what the plan adds to what stands
  candidates, distinct_sites, distinct_points
                        places where one may be built; those that differ in whom they reach; sets of people that sites tell apart
  exact_solver          the outside program that had the last word, where one was asked and a gap was left
  interrupted           the search was ended: the plan is the best so far, and nothing was asked beside it
  people_beyond_sites   people whom no site and no candidate reaches, where the model wants everybody reached: they are left out
sites.csv, sites.geojson
                      what is built and closed, in the order of building: at each step the site that adds most people
  facility_id, name     the candidate; of a junction or a place of the grid, the named place that is nearest
  road_lon, road_lat, road_m
                        where it is tied to the road, and how far that is
  people_in_reach       people within the limit of this site, whoever else covers them
  people_gained, people_covered, people_share
                        people within the limit of this site and of none before it; of any so far; their share of all. Of
                        capacitated-mclp: for whom there is room
  loss_without          what the plan's value loses where this one is not built and nothing takes its place; none where the plan would
                        not give what the model demands then
  regret                what it loses where the best other plan that was found, with no site within 300 m of this one, is built instead
Files below are there where they have rows.
scenarios.csv         the study as it stands and with these sites, measured as by `catchment run`; value, bound and gap of the plan
frontier.csv          the best plans with fewer sites: value, bound, gap, people covered, what the last one adds
alternatives.csv      the best plan and others within 1 %; each lacks a site of every plan before it, and any other within 300 m of that site
evaluation.csv        a plan that was given, against the best one of the same number of sites (or of the same counts by town), which closes
                      what the plan closes; no value where a plan does not give what the model demands; better_by is below 0 where the
                      plan's places are no candidates, and better than all of them
quotas.csv            what each town's count costs: how much better the best plan is where its sites may stand in any town
scenario.toml         the sites as a scenario: put it into the plan for `catchment compare`
compare/              the study as it stands and as proposed, as `catchment compare` writes them
table-*.csv, report.md  the same as planners print it
issues.csv            what was found, columns as those of `run`
manifest.json         version, plan, inputs and outputs with SHA-256
Geometries are WGS84.
";
