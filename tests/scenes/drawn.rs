//! The ground that covered ground and gaps are drawn on: elsewhere they say nothing.

use catchment::*;

use crate::common::*;

#[test]
fn a_place_on_water_is_on_no_drawn_ground() {
    let town = || Scene::new("300s").street(&[(0.0, 0.0), (400.0, 0.0)]).clinics(&[(0.0, 0.0)]).zone("Town", rect(0.0, -50.0, 400.0, 50.0));
    let lake = || rect(150.0, -10.0, 250.0, 10.0);
    let places = [at(100.0, 0.0), at(200.0, 0.0), at(200.0, 20.0), at(500.0, 0.0)];
    let zones = |scene: &Scene| places.map(|place| scene.ground().zone_at(&ZoneIndex::new(&scene.zones), place).map(|zone| zone.0));
    assert_eq!(zones(&town().masks(&[Share::Land]).water(lake())), [Some(0), None, Some(0), None]);
    // all ground of the zone is drawn where that is the first mask
    assert_eq!(zones(&town().masks(&[Share::Zone, Share::Land]).water(lake())), [Some(0), Some(0), Some(0), None]);
}

#[test]
fn the_field_is_kept_where_it_is_asked_for() {
    // a street of 400 m; legs of up to 50 m; the town is wider than that
    let scene = Scene::new("300s").street(&[(0.0, 0.0), (400.0, 0.0)]).clinics(&[(0.0, 0.0)]).zone("Town", rect(0.0, -100.0, 400.0, 100.0));
    assert!(scene.analyse().field.is_none());
    let report =
        scene.ask(|study, service| analyse(study, &Service { keep_field: true, ..*service }, &Checks::default(), &NoProgress).unwrap());
    let field = report.field.unwrap();
    let cost = |x: f64, y: f64| field.at(field.grid.cell(at(x, y)));
    // the middle of a cell of 25 m: (112.5, 12.5); 50 m and more from the street there is no road, outside the town no zone
    assert_eq!(cost(112.5, 12.5), Some(Cost(125_000)));
    assert_eq!(cost(387.5, -37.5), Some(Cost(425_000)));
    assert_eq!([cost(112.5, 62.5), cost(412.5, 12.5), cost(9000.0, 0.0)], [None; 3]);
}
