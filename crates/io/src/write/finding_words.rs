//! Findings in Chinese: what a kind means and what to do, for every kind that may be a warning or an error.

use catchment::FindingKind;

/// What a kind means, a sentence; its name for kinds that are only ever notes.
pub(super) fn meaning_zh(kind: FindingKind) -> &'static str {
    words(kind).map_or(kind.name(), |[meaning, _]| meaning)
}

/// What to do about it, a sentence.
pub(super) fn remedy_zh(kind: FindingKind) -> &'static str {
    words(kind).map_or("", |[_, remedy]| remedy)
}

fn words(kind: FindingKind) -> Option<[&'static str; 2]> {
    use FindingKind as Kind;
    Some(match kind {
        Kind::AxesSwapped => {
            ["经纬度两列互换：互换后点位落在街镇内，原样则不在。", "互换列名：columns = { x = \"…\", y = \"…\" }，x 为经度。"]
        }
        Kind::BadLimit => ["街镇的限值无法识别，改用其类别或服务的限值。", "限值须带单位，如 15min、3.5km。"],
        Kind::BadPrice => ["备选点的造价无法识别。", "请更正造价。"],
        Kind::BadStatus => ["设施状态无法识别，按现状处理。", "请写现状、规划、备选或关闭。"],
        Kind::BarriersMatter => {
            ["接入段穿越水体、铁路或高速公路，而方案未列障碍。", "请列出：[barriers] osm = [\"water\", \"railway\", \"motorway\"]。"]
        }
        Kind::BrokenArea => ["面要素无法闭合，未计入。", "请修补该要素，或改用完整的数据。"],
        Kind::BrokenBoundary => ["边界未闭合，未计入。", "若为邻区可不处理，否则请改用完整的数据。"],
        Kind::BrokenShape => ["要素的图形无法读取。", "请修补该要素。"],
        Kind::BrokenText => ["部分文字与文件编码不符。", "请注明编码，或另存为 UTF-8。"],
        Kind::CellTwice => ["H3 网格重复，仅用第一行。", "每个网格保留一行。"],
        Kind::CellWithinCell => ["大小网格相互包含，人口可能重复计算。", "请只保留一种大小的网格。"],
        Kind::ControlPointOff => ["控制点与拟合网格相差过大。", "请核对该点坐标，或删去。"],
        Kind::CountDiffers => ["公布的数量与名录不符。", "请统一口径。"],
        Kind::CrsMissing => ["文件未注明坐标系。", "请注明：crs = \"EPSG:…\"。"],
        Kind::DegreesInMetres => ["应为米的坐标像是经纬度。", "请注明坐标系：crs = \"EPSG:4326\"。"],
        Kind::EmptyMask => ["面积口径在各街镇内无地块。", "请另指来源 ground.source，或去掉该口径。"],
        Kind::FacilitiesAtBorder => ["设施名录止于边界而道路外延，边界附近居民可能另有更近的设施。", "请补入邻区的设施。"],
        Kind::FacilitiesUnlinked => ["区内或邻近的设施未接入路网，不服务任何人。", "请核对坐标与路网；设施确在路外时再调大 snap_m。"],
        Kind::FacilityInSmallComponent => ["设施只接入一小片路网。", "请核对该处道路是否与路网相连。"],
        Kind::FarOutlier => ["点位远离各街镇。", "请更正坐标，或删去该行。"],
        Kind::FewPoints => ["街镇内的人口点过少，覆盖率不可靠。", "请改用更细的人口数据。"],
        Kind::GroupAboveTotal => ["分组人口多于总人口。", "请更正该行。"],
        Kind::ImplausibleDensity => ["居住用地上的人口密度不合常理。", "请核对该街镇的总人口，或改用总数表 people.totals。"],
        Kind::Interrupted => ["选址搜索被中断。", "重新运行可得更优方案。"],
        Kind::InvalidPolygon => ["面要素不含地块，未计入。", "请修补该要素。"],
        Kind::LikelyShifted => ["坐标疑为地图服务的偏移坐标。", "请注明：columns = { crs = \"gcj02\" } 或 \"bd09\"。"],
        Kind::LimitOverBeforeTheDrive => ["受理与出动时间已超过限值。", "请更正限值或出动时间。"],
        Kind::MetresInDegrees => ["应为经纬度的坐标像是米。", "请注明坐标系：crs = \"EPSG:…\"。"],
        Kind::NegativePeople => ["人口为负的像元未计入。", "请设置栅格的无数据值。"],
        Kind::NoAttributes => ["Shapefile 缺少属性表。", "请把 .dbf 放在一起。"],
        Kind::NoNumberOfPeople => ["像元的数值不可能是人口。", "请设置栅格的无数据值。"],
        Kind::NoPrice => ["备选点缺少造价。", "请补入造价。"],
        Kind::NoRoads => ["部分居民或居住用地在道路资料范围之外，其可达性未知。", "请改用覆盖全部街镇的道路资料，或缩小研究范围。"],
        Kind::NoUsableFacility => ["没有一处设施可用：区内与邻近均未接入路网。", "请核对坐标、坐标系，以及文件是否属于本地。"],
        Kind::NormWithoutZones => ["标准不适用于任何街镇。", "请核对其类别。"],
        Kind::NotAPolygon => ["要素不是面，未计入。", "请删去，或画出其范围。"],
        Kind::Nobody => ["部分街镇没有人口。", "如属意外，请核对人口资料是否完整。"],
        Kind::NothingCovered => ["无人被覆盖。", "请核对设施坐标、限值及其单位、道路是否相连。"],
        Kind::PeopleOnWater => ["街镇或人口单元全部为水面，其人口仍留在水面上。", "请核对水面与边界，或改用更细的人口数据。"],
        Kind::PeopleOutside => ["部分居民在各街镇之外，单列于 outside，不计入合计。", "若应在街镇内，请核对边界。"],
        Kind::RepeatedRows => ["有多行与其他行重复，均已计入。", "如为重复粘贴，请删除重复行。"],
        Kind::PeriodNotMeasured => ["某时段的反应时间未测算。", "请改用按道路等级定速的交通方式与原始路网。"],
        Kind::PlannedWithoutYear => ["规划设施未注明年份，不在任何年份启用。", "请注明：columns = { opens = \"…\" }。"],
        Kind::ProjectUnlinked => ["新增设施未接入路网，不增加覆盖。", "请核对坐标。"],
        Kind::RingNotClosed => ["面的边线首尾不相接。", "请在文件中闭合该边线。"],
        Kind::Roadless => ["道路资料范围内，部分居民或用地附近没有道路，计为未覆盖。", "请核对该处路网是否完整，或调大 snap_m。"],
        Kind::RoadsCutOff => ["未覆盖居民在限值内可达道路资料边缘，其外或有更近的设施。", "请改用范围更大的道路与设施资料。"],
        Kind::RowsUnused => ["含人口的行未能使用，其人口不在任何数字中。", "请更正所列各行。"],
        Kind::SmallIsland => ["居民与设施在一小片孤立路网上；附近无更大路网，故予采用。", "请核对该处道路是否与路网相连。"],
        Kind::SolverFailed => ["精确求解器未给出结果。", "请看其说明；所列为本程序的方案。"],
        Kind::SumDiffers => ["表中合计与各行之和不符。", "请更正合计或各行。"],
        Kind::SupplyUnknown => ["设施的供给量不详，按零计。", "请补入数量。"],
        Kind::SurfaceMissesRoads => ["人口分摊的用地与居住道路不符，改用下一种用地。", "请补充更细的用地，或改用点、网格、栅格人口。"],
        Kind::Swapped => ["x 与 y 疑似互换。", "请互换列名：columns = { x = \"…\", y = \"…\" }。"],
        Kind::TotalTwice => ["街镇有两个总人口，采用后者。", "每个街镇保留一行。"],
        Kind::UnknownClass => ["没有街镇属于方案所列类别。", "请核对类别名称。"],
        Kind::UnmatchedRows => ["表中行名与街镇名不符，而有街镇缺少数值。", "请更正名称，或列入 [zones.aliases]。"],
        Kind::ZoneBeyondRaster => ["街镇超出人口栅格的范围。", "请改用覆盖全部街镇的栅格。"],
        Kind::ZoneFarAway => ["有街镇远离其余街镇。", "请删去该街镇，或更正其边界。"],
        Kind::ZoneLimitOfOtherMetric => ["街镇限值与服务的单位不同。", "请改为同一单位。"],
        Kind::ZoneWithoutGround => ["街镇没有剩余地块，其人口未计入。", "请修补与其重叠的街镇。"],
        Kind::ZonesOverlap => ["街镇相互重叠，重叠部分只计入前者。", "请修补边界。"],
        Kind::ZonesUnknown => ["部分街镇人口不详，不在任何人口数字中。", "请补入总数：people.totals = \"….csv\"，或不列该街镇。"],
        Kind::ZonesWithoutClass => ["有街镇没有类别，采用一般限值。", "请为每个街镇注明类别。"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use catchment::{Finding, Severity, Stage};

    use super::*;

    #[test]
    fn every_kind_that_a_reader_may_see_beside_the_headline_has_chinese_words() {
        let loud = |kind: &FindingKind| kind.severity() != Severity::Note || kind.may_be_error() || kind.may_warn();
        for &kind in FindingKind::ALL.iter().filter(|kind| loud(kind)) {
            let words = words(kind).unwrap_or_else(|| panic!("{kind} has no Chinese words"));
            assert!(words.iter().all(|text| text.ends_with('。')), "{kind}");
        }
        let finding = Finding::new(Stage::Roads, "roads", "", FindingKind::NoRoads, "");
        assert!(super::super::loud::warning_lines(&[&finding], crate::map::Lang::Zh)[1].contains("道路资料范围之外"));
    }
}
