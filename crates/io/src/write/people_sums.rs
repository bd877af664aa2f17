//! People before and after they became points: what the files tell, what lies in zones, and what does not.

use catchment::People;

use super::words::thousands;
use crate::load::Inputs;
use crate::map::Lang;
use crate::plan::PeopleMethod;
use crate::run::Run;

/// Sums of people, in the files and in the points.
pub(super) struct Sums {
    /// As the files tell them.
    pub read: People,
    /// Of a raster: in cells around the zones that touch none, not used and not in `read`.
    pub beyond: People,
    /// Points in zones.
    pub in_zones: People,
    /// Points outside all.
    pub outside: People,
}

impl Sums {
    pub(super) fn of(inputs: &Inputs) -> Sums {
        let mut sums = Sums { read: inputs.people_read, beyond: inputs.people_beyond, in_zones: People::ZERO, outside: People::ZERO };
        for (zone, people) in inputs.demand.zones.iter().zip(&inputs.demand.people) {
            *if zone.is_some() { &mut sums.in_zones } else { &mut sums.outside } += *people;
        }
        sums
    }
}

/// The sums of people before and after they became points, as a run prints them; `None` where they are zone totals, which stay what they are.
pub fn people_sentence(run: &Run, lang: Lang) -> Option<String> {
    if run.inputs.plan.people.method == PeopleMethod::Spread {
        return None;
    }
    let sums = Sums::of(&run.inputs);
    let of = |people: People| thousands(people.as_f64());
    let english = || {
        let beyond = match sums.beyond {
            People::ZERO => String::new(),
            beyond => format!(" {} more live in cells around the zones that touch none, and are not used.", of(beyond)),
        };
        let (read, points) = (of(sums.read), of(sums.in_zones + sums.outside));
        format!("People: {read} read, {points} in the points: {} in zones, {} outside all.{beyond}", of(sums.in_zones), of(sums.outside))
    };
    let chinese = || {
        let beyond = match sums.beyond {
            People::ZERO => String::new(),
            beyond => format!("周边不涉及任何街镇的像元另有{}人，未计入。", of(beyond)),
        };
        let (read, points) = (of(sums.read), of(sums.in_zones + sums.outside));
        format!("人口：读入{read}人，落点{points}人，其中街镇内{}人，街镇外{}人。{beyond}", of(sums.in_zones), of(sums.outside))
    };
    Some(match lang {
        Lang::En => english(),
        Lang::Zh => chinese(),
        Lang::Both => format!("{}\n{}", english(), chinese()),
    })
}
