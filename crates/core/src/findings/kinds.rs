//! The registry of findings: what each kind means, how grave it is, and what to do about it.

use serde::{Deserialize, Serialize};

use super::{Measure, Severity};

/// Defines [`FindingKind`] and what the registry says of each.
macro_rules! kinds {
    ($($variant:ident $name:literal $severity:ident $measure:ident: $meaning:literal, $remedy:literal;)*) => {
        /// What a finding says: a short, stable name to count, filter and accept by.
        ///
        /// Compares with its name: `finding.kind == "no_roads"`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum FindingKind {
            $(#[doc = $meaning] $variant,)*
        }

        impl FindingKind {
            /// All kinds, in alphabetical order.
            pub const ALL: &[FindingKind] = &[$(FindingKind::$variant),*];

            /// The kind's name in files and plans.
            pub fn name(self) -> &'static str {
                match self { $(FindingKind::$variant => $name),* }
            }

            /// How grave it is, unless its size or the plan says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(FindingKind::$variant => Severity::$severity),* }
            }

            /// How its size is measured.
            pub fn measure(self) -> Measure {
                match self { $(FindingKind::$variant => Measure::$measure),* }
            }

            /// What it means, a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(FindingKind::$variant => $meaning),* }
            }

            /// What to do about it, a sentence.
            pub fn remedy(self) -> &'static str {
                match self { $(FindingKind::$variant => $remedy),* }
            }
        }
    };
}

kinds! {
    AddLeftAside "add_left_aside" Note None: "The plan's number of sites is not used, because counts by town say how many to build.", "Remove siting.add, or the counts.";
    AttributionLeftOut "attribution_left_out" Note None: "The new format has no place for the attribution of the data.", "Name the source beside the file.";
    AxesSwapped "axes_swapped" Error Share: "Longitude and latitude are in each other's place: swapped, the places lie in the zones; as written, they lie far from them.", "Swap them: of a table in the plan, columns = { x = \"…\", y = \"…\" } with x for the longitude; of single rows, layers and scenarios where they are written.";
    BadCell "bad_cell" Note Rows: "A row's cell is not an H3 index.", "Correct the index, or name the column: columns = { id = \"…\" }.";
    BadDate "bad_date" Note Rows: "A date cannot be read and is left empty.", "Correct the date if it is needed.";
    BadLimit "bad_limit" Warning Rows: "A zone's limit cannot be read; that of its class or of the service applies.", "Write limits with a unit, such as 15min or 3.5km.";
    BadNumber "bad_number" Note Rows: "A cell that should hold a number does not.", "Correct the cell.";
    BadPlace "bad_place" Note Rows: "A row's coordinates cannot be used.", "Correct the coordinates, or name their CRS: columns = { crs = \"EPSG:…\" }.";
    BadPosition "bad_position" Note Rows: "A node of the extract lies off the globe.", "Correct the node, or download the extract again.";
    BadPrice "bad_price" Warning Rows: "A candidate's price cannot be read.", "Correct the price.";
    BadStatus "bad_status" Warning Rows: "A facility's status is unknown; it is taken for existing.", "Write existing, planned, candidate or closed.";
    BadYear "bad_year" Note Rows: "A year cannot be read.", "Write a year from 1800 to 2199.";
    BarriersMatter "barriers_matter" Warning Share: "Access legs cross mapped water, railways or motorways, and the plan names no barriers.", "Name them: [barriers] osm = [\"water\", \"railway\", \"motorway\"].";
    BarriersShutRoads "barriers_shut_roads" Note Rows: "Barriers at nodes stop this vehicle.", "Nothing, unless a gate opens for ambulances: change the profile's barriers.";
    BrokenArea "broken_area" Note Rows: "An area cannot be put together from its lines and is left out.", "Mend the area, or use an extract that holds all of it.";
    BrokenBoundary "broken_boundary" Warning Rows: "A boundary is no zone: parts of it are not in the extract, as of neighbours that its edge cuts, or it does not close.", "Nothing if it is a neighbour's; else use an extract that holds all of it, or correct it in OpenStreetMap.";
    BrokenShape "broken_shape" Warning Rows: "A feature's shape cannot be read.", "Mend the feature.";
    BrokenText "broken_text" Warning Rows: "Some text is not in the encoding of the file.", "Name the encoding, or save the file as UTF-8.";
    BytesLeftOut "bytes_left_out" Note Rows: "A column holds bytes, such as pictures, and is read as empty.", "Nothing, unless the column is needed.";
    CallsOutside "calls_outside" Note Rows: "Some calls lie outside every zone; they are in the row `outside`.", "Nothing, unless they should lie in the zones.";
    CandidatesForbidden "candidates_forbidden" Note Rows: "Some candidates lie on ground where nothing may be built.", "Nothing, or change siting.forbidden.";
    CandidatesOutside "candidates_outside" Note Rows: "Some candidates lie outside every zone.", "Nothing, unless they should lie in the zones.";
    CandidatesUnlinked "candidates_unlinked" Note Rows: "Some candidates have no road within the snap limit.", "Check their coordinates, or raise the profile's snap_m.";
    CellTwice "cell_twice" Warning Rows: "An H3 cell stands there twice; the first row is used.", "Keep one row for each cell.";
    CellWithinCell "cell_within_cell" Warning Rows: "Cells of two sizes lie within each other: people may be counted twice.", "Keep cells of one size.";
    CellsBeyondZones "cells_beyond_zones" Note Rows: "Cells of the raster around the zones touch none of them and are not used.", "Nothing.";
    CellsLeftOut "cells_left_out" Note Rows: "Some cells of the workbook hold nothing that can be used.", "Check the cells that are named.";
    ClassAssumed "class_assumed" Note Rows: "Some lines have no road class.", "Name the column: columns = { class = \"…\" }.";
    ClassNotFound "class_not_found" Note None: "No line has a class that the plan names.", "Check the spelling in roads.classes.";
    ColumnsRenamed "columns_renamed" Note Rows: "Some columns were renamed for the new format.", "Nothing.";
    ControlPointOff "control_point_off" Warning Metres: "A control point lies far from where the fitted grid puts it.", "Check the point's coordinates, or remove it.";
    CountDiffers "count_differs" Warning Rows: "A published count differs from the facilities in the file.", "Use one source for both, or say which is right.";
    CrossingsJoined "crossings_joined" Note Rows: "Lines that cross were joined.", "Name a level column where bridges must stay apart: columns = { level = \"…\" }.";
    CrsMissing "crs_missing" Warning None: "The file does not say its coordinate system.", "Name it: crs = \"EPSG:…\".";
    CrsNotInGeotiff "crs_not_in_geotiff" Note None: "GeoTIFF cannot say this coordinate system.", "Set study.crs to one with an EPSG code.";
    CrsNotTold "crs_not_told" Note None: "The format cannot say the coordinate system.", "Say it beside the file.";
    DegreesInMetres "degrees_in_metres" Warning None: "Coordinates that should be metres look like degrees.", "Name their CRS: crs = \"EPSG:4326\".";
    DeletedRows "deleted_rows" Note Rows: "Rows that are marked as deleted are not read.", "Nothing.";
    DuplicateId "duplicate_id" Note Rows: "An object stands in the extract twice.", "Download the extract again.";
    DuplicateLines "duplicate_lines" Note Rows: "A road line stands there twice.", "Nothing.";
    EmptyMask "empty_mask" Warning None: "A mask holds no ground of any zone.", "Name a source that has it: ground.source, or take the mask out.";
    EncodingGuessed "encoding_guessed" Note None: "The encoding of the file was guessed.", "If names look wrong, name it: columns = { encoding = \"…\" }.";
    EndsAtOtherLevel "ends_at_other_level" Note Rows: "Some lines end upon a line of another level and are not joined with it.", "Correct the level if they meet.";
    EndsNearLines "ends_near_lines" Note Rows: "Some lines end just short of another line.", "Raise roads.snap_m, or mend the layer.";
    EndsSnapped "ends_snapped" Note Rows: "Ends of lines were moved to the line that they just miss.", "Nothing.";
    EverythingCovered "everything_covered" Note None: "Everyone is covered.", "Check the limit if that is a surprise.";
    FacilitiesAtBorder "facilities_at_border" Warning Share: "A list of facilities ends at the border of the zones, while roads lead on: people who are not covered may be close to a neighbour's facility.", "Add the neighbours' facilities to the list.";
    FacilitiesOutside "facilities_outside" Note Rows: "Some facilities lie outside every zone; they count for everyone who reaches them.", "Nothing.";
    FacilitiesUnlinked "facilities_unlinked" Warning Share: "Facilities in reach of the zones are linked to no road: the numbers are those of a study without them.", "Check their coordinates and that the road file reaches them; raise snap_m of the profile only if they lie off the road.";
    FacilityBehindBarrier "facility_behind_barrier" Note Rows: "Barriers lie between a facility and all roads nearby.", "Check where it is entered.";
    FacilityInSmallComponent "facility_in_small_component" Warning Rows: "Facilities are linked to pieces of the road network with under 1 % of its nodes.", "Check that the roads there connect to the rest.";
    FacilityNearestRoadBeyondBarrier "facility_nearest_road_beyond_barrier" Note Rows: "A barrier lies between a facility and its nearest road.", "Check where it is entered.";
    FacilityTooFar "facility_too_far" Note Rows: "A facility has no road within the snap limit.", "Check its coordinates, or raise snap_m of the profile.";
    FacilityUnlinked "facility_unlinked" Note Rows: "A facility is linked to no road.", "Check its coordinates.";
    FarFromRoads "far_from_roads" Note Metres: "Places lie far from every road of the file that they are held against.", "Check their CRS.";
    FarOutlier "far_outlier" Warning Metres: "Facilities or people lie very far from all zones.", "Correct their coordinates, or remove them.";
    FewPoints "few_points" Warning Rows: "The people of a zone stand at few points: its share of covered people moves in large steps.", "Use finer people: smaller units, a raster, or zone totals that are spread (people.method = \"spread\").";
    FiguresUnmoved "figures_unmoved" Note Rows: "Figures of the plan do not change with a scenario.", "Give figures for the scenario's year.";
    GapsUnlisted "gaps_unlisted" Note Rows: "Small gaps are counted, not listed.", "Lower gaps.min_people or gaps.min_area_m2 to list those that they leave out; slivers smaller than a ground cell are never listed.";
    GridFitted "grid_fitted" Note Metres: "A local grid was fitted to its control points.", "Nothing.";
    GridUnused "grid_unused" Note None: "The plan names a grid that nothing uses.", "Remove it.";
    GroupAboveTotal "group_above_total" Warning Rows: "A group has more people than there are in all.", "Correct the row.";
    HeightsLeftOut "heights_left_out" Note Rows: "Heights are left out.", "Nothing.";
    ImplausibleDensity "implausible_density" Warning PerKm2: "More people live on the inhabited ground of a zone than can be true, or its total is that of larger ground.", "Correct the total; where a place of a higher level lent it, give totals by zone in a table: people.totals = \"….csv\".";
    Interrupted "interrupted" Warning None: "The search for sites was interrupted.", "Run it again for a better answer.";
    InvalidPolygon "invalid_polygon" Warning Rows: "A polygon encloses no ground and is not used.", "Mend the polygon.";
    LevelNotRead "level_not_read" Note Rows: "A level of a road line cannot be read; it is taken as 0.", "Write a number.";
    LevelNotTaken "level_not_taken" Note None: "A column looks like levels and is not read as such.", "Name it: columns = { level = \"…\" }.";
    LikelyShifted "likely_shifted" Warning Rows: "Facilities come nearer to the roads, by more than chance, once the shift of a Chinese map service is taken back.", "Ask for their CRS and name it: columns = { crs = \"gcj02\" } or \"bd09\".";
    LimitOverBeforeTheDrive "limit_over_before_the_drive" Warning Rows: "Activation alone takes longer than the limit.", "Correct the limit or the activation time.";
    LineWithoutLength "line_without_length" Note Rows: "A road line has no length.", "Nothing.";
    MembersLeftOut "members_left_out" Note Rows: "Members of the file that are not features are left out.", "Nothing.";
    MetresInDegrees "metres_in_degrees" Warning None: "Coordinates that should be degrees look like metres.", "Name their CRS: crs = \"EPSG:…\".";
    MissingGlyphs "missing_glyphs" Note Rows: "The map's font lacks some letters.", "Use map.svg with a font of your own.";
    MissingNodes "missing_nodes" Note Rows: "The extract lacks nodes of a way: it ends at the edge of the file.", "Use an extract that reaches farther, if it matters.";
    MixedResolutions "mixed_resolutions" Note None: "H3 cells have several sizes.", "Keep cells of one size.";
    NearestRoadBeyondBarrier "nearest_road_beyond_barrier" Note Rows: "A barrier lies between people and their nearest road; they are linked to a farther one.", "Nothing.";
    NegativePeople "negative_people" Warning Rows: "Cells of fewer than zero people are not used.", "Set the raster's mark for no data.";
    NewBuildNotCounted "new_build_not_counted" Note Rows: "No quantity counts a kind of the table of new facilities.", "Name it in the standards: new_build = [\"…\"].";
    NoArea "no_area" Note Rows: "A feature is not an area and is left out.", "Nothing.";
    NoAttributes "no_attributes" Warning None: "A Shapefile has no table of attributes.", "Put the .dbf beside it.";
    NoName "no_name" Note Rows: "A zone has no name.", "Name it in the file.";
    NoNumberOfPeople "no_number_of_people" Warning Rows: "Cells hold numbers that cannot be people.", "Set the raster's mark for no data.";
    NoPlace "no_place" Note Rows: "A row has no place.", "Give it coordinates.";
    NoPrice "no_price" Warning Rows: "A candidate has no price.", "Give it a price.";
    NoRoads "no_roads" Warning Share: "People or inhabited ground lie outside the extent of the road file: nothing is known of their access.", "Use a road file that holds all zones, or fewer zones.";
    NoRoom "no_room" Note Rows: "A facility's capacity is unknown: it takes everyone who comes.", "Give its capacity.";
    NoSurface "no_surface" Note Rows: "None of the surfaces is where the people of a zone live; they are spread over all its land.", "Add a surface to people.over (\"roads\" needs none to be mapped), or give people by points, cells or a raster.";
    NoUsableFacility "no_usable_facility" Error Share: "No facility of a service can be used: none in reach of the zones is linked to a road, or all lie in another part of the world.", "Check the coordinates and their CRS, and that the file belongs to this place; if it is meant so: checks.accept = { no_usable_facility = \"100 %\" }.";
    NoYears "no_years" Note None: "A scenario names a year, and no facility has one.", "Give facilities their years: columns = { opens = \"…\" }.";
    Nobody "nobody" Note Rows: "A zone has no people.", "Check its total if that is a surprise; a file of people that leaves it out must be completed, or the zone left out.";
    NormUnknown "norm_unknown" Note Rows: "A norm cannot be judged in some zones.", "Give the figures that it needs.";
    NormWithoutZones "norm_without_zones" Warning None: "A norm applies to no zone.", "Check the class that it names.";
    NotABarrier "not_a_barrier" Note Rows: "A feature is neither a line nor an area and is left out.", "Nothing.";
    NotACorridor "not_a_corridor" Note Rows: "A feature is not a line and is left out.", "Nothing.";
    NotALine "not_a_line" Note Rows: "A feature of the road layer is not a line and is left out.", "Nothing.";
    NotAPolygon "not_a_polygon" Warning Rows: "A feature is not a polygon and is left out.", "Remove it, or draw its ground.";
    NothingCovered "nothing_covered" Warning None: "Nobody is covered.", "Check the facilities' coordinates, the limit with its unit, and that the roads connect.";
    OnewayNotRead "oneway_not_read" Note Rows: "A one-way entry of a road line cannot be read; the line is used both ways.", "Write yes, no or -1.";
    OutsideZones "outside_zones" Note Rows: "Facilities that a figure counts lie outside every zone.", "Nothing.";
    OverlappingRings "overlapping_rings" Note Rows: "Rings of an area overlap.", "Nothing, unless the area looks wrong on the map.";
    PartsOfZone "parts_of_zone" Note Rows: "Rows are counted as parts of the only zone.", "Nothing.";
    PeopleBehindBarrier "people_behind_barrier" Note Rows: "Barriers lie between people and all roads nearby; they are not covered.", "Check the barriers.";
    PeopleBeyondSites "people_beyond_sites" Note Rows: "No candidate site reaches some people.", "Add candidates near them.";
    PeopleOnWater "people_on_water" Warning Rows: "All ground of a zone, or of a unit of people, is mapped water; its people stay on it.", "Check the zone's borders, or the water: ground.source.";
    PeopleOutside "people_outside" Note Rows: "People live outside every zone; they stand apart in the row `outside`, in no total.", "Nothing, unless they belong to the zones: then check the borders, and that the people are those of these zones.";
    PeopleTooFar "people_too_far" Note Rows: "People have no road within the snap limit; they are not covered.", "Check the roads, or raise snap_m of the profile.";
    PeopleUnknown "people_unknown" Note Rows: "People of unknown number are left out of a measure or of a siting.", "Give the totals of their zones.";
    PeopleUnreachable "people_unreachable" Note Rows: "No facility can be reached from the roads of some people; they are not covered.", "Check that their roads connect.";
    PeopleUnreached "people_unreached" Note Rows: "Some people reach no site and no facility.", "Add candidates near them.";
    PeriodNotMeasured "period_not_measured" Warning None: "Response times of a period are not measured.", "Use a profile with speeds by class, and an extract.";
    PlannedWithoutYear "planned_without_year" Warning Rows: "Planned facilities have no year: they open in none.", "Give them the year: columns = { opens = \"…\" }.";
    PolygonRepaired "polygon_repaired" Note Rows: "A polygon crossed itself and was mended.", "Check its shape on the map.";
    PreparedCrs "prepared_crs" Note None: "The study works in the CRS of the prepared network.", "Nothing.";
    PricesRounded "prices_rounded" Note Rows: "Prices were rounded.", "Nothing.";
    ProjectUnlinked "project_unlinked" Warning Rows: "New facilities of a scenario are linked to no road and gain no people.", "Check their lon and lat in the scenario.";
    RaggedRow "ragged_row" Note Rows: "A row has more or fewer cells than the header and is not used.", "Mend the row.";
    RepeatedId "repeated_id" Note Rows: "Two facilities have the same id; one was given another.", "Give each its own id.";
    RepeatedMember "repeated_member" Note Rows: "A relation names a member twice.", "Nothing.";
    RepeatedNames "repeated_names" Note Rows: "Zones share a name; all outputs write them with the id.", "Nothing; tables may use the names as outputs write them, or ids.";
    RepeatedNode "repeated_node" Note Rows: "A way names a node twice in a row.", "Nothing.";
    RepeatedRows "repeated_rows" Note Rows: "Rows say what other rows say; all are counted where houses may have several households.", "Remove them if the table was pasted twice.";
    RestrictionNotUsed "restriction_not_used" Note Rows: "A turn restriction cannot be used.", "Correct it in OpenStreetMap.";
    RestrictionsByTime "restrictions_by_time" Note Rows: "Turn restrictions that hold at some hours are not obeyed.", "Nothing.";
    RestrictionsOfOthers "restrictions_of_others" Note Rows: "Turn restrictions are for other vehicles.", "Nothing.";
    RingNotClosed "ring_not_closed" Warning Metres: "A ring does not end where it begins and is closed by a straight line: ground on one side of it may be missing or too much.", "Close the ring in the file, or use a file that holds all of the outline.";
    RoadColumns "road_columns" Note None: "These columns of the road layer are read.", "Name others: roads.columns.";
    RoadPieces "road_pieces" Note Rows: "The road lines form several pieces.", "Raise roads.snap_m, or mend the layer, if they should connect.";
    Roadless "roadless" Warning Share: "People or ground inside the extent of the road file have no road within the snap limit; they are not covered.", "Check that the road file is whole there, or raise snap_m of the profile.";
    RoadsCutOff "roads_cut_off" Warning Share: "People who are not covered reach the edge of the road file within the limit: a facility beyond it may be near.", "Use a road file, and facilities, that reach farther than the zones by the limit.";
    RoleConflict "role_conflict" Note Rows: "A relation gives a member the wrong role.", "Nothing.";
    RowLeftOut "row_left_out" Note Rows: "A row is left out.", "Check the row.";
    RowsUnused "rows_unused" Warning Rows: "Rows of a table or layer cannot be used; their people or facilities are in no number.", "Mend the rows that are shown, and the others of this file in issues.csv.";
    SameSpot "same_spot" Note Rows: "Facilities of different names stand at one spot: one facility several times, or several under one roof.", "Keep one if they are the same; all are counted.";
    ServesNobody "serves_nobody" Note Rows: "Nobody lives within the limit of a facility.", "Check its coordinates if that is a surprise.";
    ShapeLeftOut "shape_left_out" Note Rows: "Shapes are left out of a table.", "Nothing.";
    SheetChosen "sheet_chosen" Note None: "The first sheet with rows is read.", "Name another: columns = { sheet = \"…\" }.";
    SmallIsland "small_island" Warning Rows: "People and a facility lie on a small piece of the road network, which connects to no larger one; it is used.", "Check on the map whether a road is missing that connects it; an islet or a camp needs nothing.";
    SolverFailed "solver_failed" Warning None: "The exact solver ended without an answer.", "Read what it said; the answer is our own.";
    SpeedAboveClass "speed_above_class" Note Rows: "Lines have a speed above that of their class.", "Nothing.";
    SpeedNotRead "speed_not_read" Note Rows: "A speed of a road line cannot be read; that of its class is used.", "Write a number of km/h, or its unit.";
    Subtotal "subtotal" Note Rows: "A row of subtotals is not counted.", "Nothing.";
    SumDiffers "sum_differs" Error Rows: "A table's own sum is not the sum of its rows, beyond the rounding of the printed digits.", "Correct the sum or the rows: a row may be missing, double or wrong.";
    SupplyUnknown "supply_unknown" Warning Rows: "A facility's supply is unknown and counts as nothing.", "Give its amount.";
    SurfaceMissesRoads "surface_misses_roads" Warning Share: "A surface lies beside few of a zone's residential and living streets (with few streets, of its buildings), so people are spread over the next one.", "Check on the map where they are now; put another surface first in people.over, or give people by points, cells or a raster.";
    SurfacePassedOver "surface_passed_over" Note Rows: "A surface is nearly absent from a zone, or not where its streets are; the next one is taken there.", "Nothing; people.over says which surfaces are taken, in which order.";
    Swapped "swapped" Warning None: "x and y look swapped.", "Swap the columns: columns = { x = \"…\", y = \"…\" }.";
    TooFar "too_far" Note Rows: "Objects lie too far from the study to be used.", "Nothing.";
    TooFewNodes "too_few_nodes" Note Rows: "A way has fewer than two nodes.", "Nothing.";
    TotalOfSeveralPlaces "total_of_several_places" Note Rows: "A zone's total is the sum of several places, of which one may already hold the others.", "Give totals in a table: people.totals = \"….csv\".";
    TotalTwice "total_twice" Warning Rows: "A zone has several rows in one table; the detail says which of them is used.", "Keep one row for each zone.";
    TwinMerged "twin_merged" Note Rows: "Two records are one facility.", "Nothing; merge_within_m of the plan says how near they must be.";
    UnknownClass "unknown_class" Warning None: "No zone is of a class that the plan names.", "Check the spelling of the class.";
    UnknownHighway "unknown_highway" Note Rows: "A class of road is not in the profile and is closed.", "Open it: profiles.NAME.highway = { CLASS = \"open\" }.";
    UnmatchedRows "unmatched_rows" Error Rows: "Rows of a table name no zone, or several, while a zone or a sum lacks what they hold; rows of other places are a note.", "Correct the names in the table, or add the lines of the detail to the plan, under [zones.aliases]; for a name of several zones, write the id.";
    VoidBetweenZones "void_between_zones" Note Rows: "Ground between zones belongs to none of them.", "Nothing, or mend the borders.";
    WaterUnknown "water_unknown" Note None: "The study knows of no water: land is all ground of the zones.", "Name an extract: ground.source; or say that none is meant: ground.mask = [\"zone\"].";
    YearsNotUsed "years_not_used" Note Rows: "Facilities have years, and the study has none.", "Set planning.year.";
    ZeroLengthEdge "zero_length_edge" Note Rows: "A road has no length.", "Nothing.";
    ZoneBeyondRaster "zone_beyond_raster" Warning Rows: "A zone reaches beyond the raster of people.", "Use a raster that holds all zones.";
    ZoneFarAway "zone_far_away" Warning Metres: "Zones lie very far from all others.", "Correct their shapes, or leave them out of the zones; nothing if they are islands that belong to the study.";
    ZoneLimitOfOtherMetric "zone_limit_of_other_metric" Warning Rows: "Limits of zones are in another unit than the service's.", "Write them in the service's unit.";
    ZoneWithoutGround "zone_without_ground" Warning Rows: "Nothing is left of a zone's ground; its people are not counted.", "Mend the zones that overlap it.";
    ZonesNotSummed "zones_not_summed" Note None: "The people of a raster cannot be summed by zone.", "Check the layer of zones.";
    ZonesOverlap "zones_overlap" Note Rows: "Zones overlap; the ground counts in the first only.", "Mend the borders.";
    ZonesUnknown "zones_unknown" Warning Share: "The people of some zones are unknown: shares of people are those of the other zones.", "Give their totals: people.totals = \"….csv\", or leave the zones out.";
    ZonesWithoutClass "zones_without_class" Warning Rows: "Zones have no class; the general limit applies there.", "Give every zone its class.";
    ZonesWithoutFacility "zones_without_facility" Note Rows: "Zones have no facility of a service in them.", "Nothing.";
}

impl FindingKind {
    /// Whether its size can make it an error, so that a plan may have to accept it.
    pub fn may_be_error(self) -> bool {
        use FindingKind as Kind;
        matches!(
            self,
            Kind::AxesSwapped
                | Kind::FacilitiesUnlinked
                | Kind::ImplausibleDensity
                | Kind::NoRoads
                | Kind::NoUsableFacility
                | Kind::ProjectUnlinked
                | Kind::RingNotClosed
                | Kind::RowsUnused
                | Kind::SumDiffers
                | Kind::UnmatchedRows
                | Kind::ZoneFarAway
                | Kind::ZonesUnknown
        )
    }

    /// Whether a note of it becomes a warning where more hangs on it.
    pub fn may_warn(self) -> bool {
        matches!(self, FindingKind::Nobody | FindingKind::PeopleOutside | FindingKind::RepeatedRows)
    }
}

impl PartialEq<str> for FindingKind {
    fn eq(&self, name: &str) -> bool {
        self.name() == name
    }
}

impl PartialEq<&str> for FindingKind {
    fn eq(&self, name: &&str) -> bool {
        self.name() == *name
    }
}

impl std::fmt::Display for FindingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no kind of finding has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind of finding")]
pub struct UnknownKind(pub String);

impl std::str::FromStr for FindingKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<FindingKind, UnknownKind> {
        FindingKind::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_read_back() {
        assert!(FindingKind::ALL.windows(2).all(|pair| pair[0].name() < pair[1].name()), "sorted by name");
        for &kind in FindingKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            for sentence in [kind.meaning(), kind.remedy()] {
                assert!(sentence.ends_with('.') && sentence.starts_with(|c: char| c.is_uppercase() || c == 'x'), "{kind}: {sentence}");
            }
        }
    }
}
