//! What `benches/peers/coverage_reference.py` (pyosmium 4.3.2, scipy 1.17.1, shapely 2.2.0, pyproj 3.7.2) prints for the two extracts of
//! `data/`, rounded to thousandths: the command is in `benches/peers/README.md`. The numbers are its, not ours.

/// A zone, or a study as a whole.
pub(crate) struct Reference {
    pub(crate) id: &'static str,
    pub(crate) people: f64,
    pub(crate) people_covered: f64,
    pub(crate) area_m2: f64,
    pub(crate) area_covered_m2: f64,
}

const fn row(id: &'static str, people: f64, people_covered: f64, area_m2: f64, area_covered_m2: f64) -> Reference {
    Reference { id, people, people_covered, area_m2, area_covered_m2 }
}

/// Malta: the total and the ten councils with most people not covered.
pub(crate) const MALTA: [Reference; 11] = [
    row("", 428_591.0, 195_095.312, 315_753_655.282, 34_583_138.629),
    row("7510572", 12_134.0, 0.0, 5_380_751.908, 0.0),                // Wied il-Għajn
    row("7510595", 13_443.0, 1_511.657, 11_697_492.336, 289_734.416), // In-Naxxar
    row("7510569", 11_823.0, 0.0, 8_509_142.617, 0.0),                // Iż-Żurrieq
    row("6181422", 10_626.0, 0.0, 22_758_373.135, 0.0),               // Il-Mellieħa
    row("7510570", 9_736.0, 4.271, 9_244_107.765, 125_413.143),       // Birżebbuġa
    row("7510587", 12_523.0, 3_232.897, 2_620_028.127, 1_016_550.16), // San Ġwann
    row("7510547", 9_513.0, 779.498, 1_052_950.838, 153_535.103),     // Il-Ħamrun
    row("7510567", 8_367.0, 0.0, 19_934_560.344, 928.026),            // Is-Siġġiewi
    row("7510589", 10_232.0, 1_876.601, 1_604_136.748, 229_816.528),  // San Ġiljan
    row("7510560", 11_670.0, 3_734.029, 1_136_004.719, 446_989.299),  // Il-Fgura
];

/// Liechtenstein: the total and all 11 municipalities.
pub(crate) const LIECHTENSTEIN: [Reference; 12] = [
    row("", 38_749.0, 10_310.879, 160_376_415.711, 6_009_199.882),
    row("45", 4_642.0, 0.0, 19_697_751.671, 0.0),                 // Balzers
    row("41", 4_466.0, 0.0, 10_385_727.067, 0.0),                 // Eschen
    row("43", 4_401.0, 0.0, 7_462_241.522, 0.0),                  // Mauren
    row("37", 5_275.0, 2_159.391, 26_441_426.643, 1_280_000.0),   // Triesen
    row("40", 2_638.0, 0.0, 29_698_775.979, 0.0),                 // Triesenberg
    row("48", 5_696.0, 2_720.68, 17_271_360.251, 2_147_644.145),  // Vaduz
    row("42", 2_322.0, 0.0, 7_379_309.48, 0.0),                   // Ruggell
    row("39", 1_690.0, 0.0, 6_172_245.468, 0.0),                  // Gamprin
    row("38", 1_107.0, 0.0, 3_559_794.713, 0.0),                  // Schellenberg
    row("44", 6_039.0, 5_430.808, 26_952_357.374, 2_581_555.737), // Schaan
    row("46", 473.0, 0.0, 5_355_425.544, 0.0),                    // Planken
];
