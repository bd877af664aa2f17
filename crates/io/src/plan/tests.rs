//! Plans that are read, and plans that are refused.

use catchment::Limit;

use super::*;

const PLAN: &str = r#"
    [study]
    id = "t"
    title = "T"
    [roads]
    source = "t.osm.pbf"
    [zones]
    source = "t.osm.pbf"
    admin_level = 8
    [people]
    method = "spread"
    [[facilities]]
    id = "clinics"
    source = "t.osm.pbf"
    osm = ["amenity=clinic|hospital"]
    [[services]]
    id = "walk"
    facilities = "clinics"
    limit = "15min"
    [profiles.walk]
    speed_m_s = 1.0
    highway = { trunk = "closed" }
"#;

fn complaint(from: &str, to: &str) -> String {
    assert!(PLAN.contains(from));
    Plan::parse(&PLAN.replace(from, to)).unwrap_err().to_string()
}

#[test]
fn a_plan_survives_being_written() {
    let plan = Plan::parse(PLAN).unwrap();
    assert_eq!(Plan::parse(&plan.to_toml().unwrap()).unwrap(), plan);
    let walk = plan.profile("walk").unwrap();
    assert_eq!((walk.speed_m_s, walk.access_speed_m_s, walk.steps_m_s), (1.0, 1.0, 0.5));
    assert_eq!(walk.highway["trunk"], catchment::ClassAccess::Closed);
    assert_eq!(walk.highway["primary"], catchment::ClassAccess::Open);
}

#[test]
fn unknown_keys_name_the_nearest_known_one() {
    assert!(complaint("admin_level", "adminlevel").contains("did you mean `admin_level`?"));
    assert!(complaint("speed_m_s", "sped_m_s").contains("did you mean `speed_m_s`?"));
    assert!(complaint("facilities = \"clinics\"", "facilities = \"clinic\"").contains("did you mean `clinics`?"));
    assert!(complaint("\"spread\"", "\"spred\"").contains("did you mean `spread`?"));
}

#[test]
fn bad_values_say_what_was_expected() {
    assert!(complaint("\"15min\"", "\"15\"").contains("limit with its unit"));
    assert!(complaint("id = \"t\"", "id = \"../t\"").contains("letters, digits"));
    assert!(complaint("clinic|hospital", "").contains("key=value"));
    for (key, what) in [("encoding", "behind its name: ….shp|encoding=gb18030"), ("sheet", "nothing beside the layer")] {
        let of_layer =
            PLAN.replacen("source = \"t.osm.pbf\"\n    osm =", &format!("source = \"t.shp\"\ncolumns = {{ {key} = \"x\" }}\n#"), 1);
        let said = Plan::parse(&of_layer).unwrap_err().to_string();
        assert!(said.contains(&format!("facilities.columns.{key} is `x`")) && said.contains(what), "{said}");
    }
    assert!(complaint("speed_m_s = 1.0", "speed_m_s = -1.0").contains("speed_m_s is -1"));
    assert!(complaint("[people]", "[people]\ncell_m = 0.0").contains("people.cell_m is 0"));
    assert!(complaint("id = \"walk\"", "id = \"walk\"\nprofile = \"wlak\"").contains("did you mean `walk`?"));
}

#[test]
fn sweeps_count_what_the_limit_does() {
    let text = PLAN.replace("limit = \"15min\"", "limit = \"15min\"\nsweep = [\"limit=10..20min/5\", \"speed=1.2,1.0\", \"limit=5min\"]");
    let plan = Plan::parse(&text).unwrap();
    assert_eq!(Plan::parse(&plan.to_toml().unwrap()).unwrap(), plan);
    let limits: Vec<String> = plan.services[0].swept_limits().iter().map(Limit::to_string).collect();
    assert_eq!(limits, ["5 min", "10 min", "15 min", "20 min"]);
    assert_eq!(plan.services[0].swept_speeds(), [1.0, 1.2]);
    let slow = plan.profile_at("walk", 0.9).unwrap();
    assert_eq!((slow.speed_m_s, slow.access_speed_m_s, slow.steps_m_s), (0.9, 0.9, 0.45));
    for (limit, sweep) in [("15min", "limit=1km"), ("3.5km", "limit=5min"), ("3.5km", "speed=1.0")] {
        let said = complaint("limit = \"15min\"", &format!("limit = \"{limit}\"\nsweep = [\"{sweep}\"]"));
        assert!(said.contains("services.sweep") && said.contains("of the same kind"), "{said}");
    }
    assert!(complaint("limit = \"15min\"", "limit = \"15min\"\nsweep = [\"limit=5..30min\"]").contains("FROM..TO"));
}

#[test]
fn masks_are_words_or_layers() {
    let masks = |list: &str| Plan::parse(&format!("{PLAN}[ground]\nmask = {list}")).map(|plan| plan.ground.mask);
    assert_eq!(Plan::parse(PLAN).unwrap().ground.mask, [Mask::Land]);
    let several = masks("[\"zone\", \"built-up\", \"plans/Old town.geojson\"]").unwrap_err().to_string();
    assert!(several.contains("`Old town`") && several.contains("letters, digits"), "{several}");
    let several = masks("[\"zone\", \"built-up\", \"plans/老城.geojson\"]").unwrap();
    assert_eq!(several.iter().map(Mask::name).collect::<Vec<_>>(), ["zone", "built-up", "老城"]);
    assert_eq!(several[1].column(), "built_up");
    for (list, words) in [
        ("[]", "ground.mask is empty"),
        ("[\"lnad\"]", "did you mean `land`?"),
        ("[\"land\", \"land\"]", "`area_land_m2` is another's"),
        ("[\"built-up\", \"built_up.json\"]", "`area_built_up_m2` is another's"),
        ("[\"land\", \"covered.json\"]", "`area_covered_m2` is another's"),
        ("[\"land\"]\nsource = \"lakes.geojson\"", "ground.source is `lakes.geojson`"),
    ] {
        let error = masks(list).unwrap_err().to_string();
        assert!(error.contains(words), "{list}: {error}");
    }
}

#[test]
fn limits_by_class_are_of_the_service_s_metric() {
    let rule = "limit = \"15min\"\nlimits = { \"new-town\" = \"30min\" }";
    assert!(complaint("limit = \"15min\"", rule).contains("none without zones.class"));
    let text = PLAN.replace("limit = \"15min\"", rule).replace("admin_level = 8", "admin_level = 8\nclass = \"kind\"");
    let mut plan = Plan::parse(&text).unwrap();
    assert_eq!(Plan::parse(&plan.to_toml().unwrap()).unwrap(), plan);
    assert!(plan.has_zone_limits());
    let error = Plan::parse(&text.replace("30min", "3km")).unwrap_err().to_string();
    assert!(error.contains("class `new-town` is 3 km") && error.contains("a limit by time"), "{error}");
    // one limit for all, whatever its metric
    plan.set_limit("1km".parse().unwrap());
    assert!(plan.check().is_ok() && !plan.has_zone_limits());
    assert_eq!(plan.services[0].limit.to_string(), "1 km");
}

#[test]
fn barriers_name_their_kinds_or_their_file() {
    let with = |section: &str| Plan::parse(&PLAN.replace("[people]", &format!("[barriers]\n{section}\n[people]")));
    let plan = with("osm = [\"water\", \"wall\"]\nsource = \"own.geojson\"\nkind = \"what\"").unwrap();
    assert_eq!(plan.barriers.as_ref().unwrap().osm, [BarrierKind::Water, BarrierKind::Wall]);
    assert_eq!(Plan::parse(&plan.to_toml().unwrap()).unwrap(), plan);
    assert_eq!(Plan::parse(PLAN).unwrap().barriers, None);
    let complaint = |section: &str| with(section).unwrap_err().to_string();
    assert!(complaint("").contains("barriers is empty; expected kinds in barriers.osm"));
    assert!(complaint("osm = [\"wall\", \"wall\"]").contains("barriers.osm is `wall` twice; expected each kind once"));
    assert!(complaint("osm = [\"railways\"]").contains("did you mean `railway`?"));
    assert!(complaint("osm = [\"wall\"]\nkind = \"what\"").contains("barriers.kind is `what`; expected barriers.source beside it"));
    assert!(
        complaint("source = \"t.osm.pbf\"").contains("barriers.source is `t.osm.pbf`; expected a layer (GeoJSON, Shapefile or GeoPackage)")
    );
    assert!(complaint("sorce = \"own.geojson\"").contains("did you mean `source`?"));
}

#[test]
fn what_is_asked_of_outputs_must_be_possible() {
    let outputs = |rest: &str| Plan::parse(&format!("{PLAN}{rest}")).map(|plan| plan.outputs);
    let plain = outputs("").unwrap();
    assert!(!plain.audit && !plain.measure_error && !plain.formats.contains(&Format::Geotiff));
    let asked = outputs("[outputs]\nformats = [\"geojson\", \"geotiff\"]\naudit = true\nmeasure_error = true\n").unwrap();
    assert!(asked.audit && asked.measure_error && asked.formats == [Format::Geojson, Format::Geotiff]);
    let error = outputs("[outputs]\nformats = [\"csv\"]\naudit = true\n").unwrap_err().to_string();
    assert!(error.contains("outputs.audit is true") && error.contains("`geojson`"), "{error}");
    let error = outputs("[outputs]\nmeasure_error = true\n[ground]\ncell_m = 1.5\n").unwrap_err().to_string();
    assert!(error.contains("ground.cell_m where outputs.measure_error halves it is 1.5"), "{error}");
    assert!(outputs("[outputs]\nformats = [\"geotif\"]\n").unwrap_err().to_string().contains("did you mean `geotiff`?"));
}

#[test]
fn own_profiles_say_what_they_are_based_on() {
    let text = PLAN.replace("[profiles.walk]", "[profiles.older]\nbase = \"walk\"");
    assert_eq!(Plan::parse(&text).unwrap().profile("older").unwrap().speed_m_s, 1.0);
    assert!(Plan::parse(&text).unwrap().profile("younger").is_err());
}
