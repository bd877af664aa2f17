//! Named places: those that people say they live in.

use super::world::{PLAN, World, points};

fn names(inputs: &catchment_io::Inputs) -> Vec<&str> {
    inputs.places.iter().map(|place| place.name.as_str()).collect()
}

#[test]
fn places_with_names_are_kept_whatever_their_people() {
    let mut world = World::street(10);
    world.node(500, 0, 5, &[("place", "hamlet"), ("name", "Wied")]).node(501, 10, 5, &[("place", "suburb"), ("name", "Swieqi")]);
    world.node(502, 20, 5, &[("place", "locality")]).node(503, 30, 5, &[("place", "island"), ("name", "Filfla")]);
    world.node(504, 40, 5, &[("place", "town"), ("name", "Mosta"), ("population", "100")]);
    let inputs = world.load(PLAN, &[]);
    assert_eq!(names(&inputs), ["Wied", "Swieqi", "Mosta"]);
    // 10 units of 0.0001° east, 11.132 m each
    let between = inputs.places[1].location.x - inputs.places[0].location.x;
    assert!((between / 111.319 - 1.0).abs() < 1e-3, "{between}");
    // only the town tells how many people there are
    assert_eq!(inputs.zones[0].people, Some(catchment::People::persons(100)));
}

#[test]
fn people_of_a_table_have_places_too() {
    let mut world = World::street(10);
    world.node(500, 0, 5, &[("place", "quarter"), ("name", "Old town")]);
    let run = world.run(&points(), &[("people.csv", "lon,lat,people\n9.0089,0,5\n")]);
    assert_eq!(names(&run.inputs), ["Old town"]);
    // 990.7 m along the street take 825.6 s of 900
    assert_eq!(run.reports[0].coverage.total.people.unwrap().covered, catchment::People::persons(5));
}
