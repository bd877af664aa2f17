//! Usual names of columns and properties, English and Chinese.

pub(crate) const X: [&str; 9] = ["lon", "lng", "longitude", "long", "经度", "东经", "x", "easting", "横坐标"];
pub(crate) const Y: [&str; 8] = ["lat", "latitude", "lat_dd", "纬度", "北纬", "y", "northing", "纵坐标"];
pub(crate) const ID: [&str; 7] = ["id", "code", "facility_id", "编号", "编码", "代码", "机构代码"];
pub(crate) const NAME: [&str; 6] = ["name", "title", "名称", "机构名称", "单位名称", "站点名称"];
pub(crate) const KIND: [&str; 6] = ["kind", "type", "category", "类型", "类别", "机构类型"];
pub(crate) const VEHICLES: [&str; 5] = ["vehicles", "ambulances", "车辆数", "急救车", "救护车数"];
pub(crate) const PEOPLE: [&str; 7] = ["people", "population", "pop", "常住人口", "人口", "人口数", "总人口"];
pub(crate) const CALLS: [&str; 4] = ["calls", "呼叫数", "呼救数", "急救次数"];
pub(crate) const ZONE_ID: [&str; 3] = ["zone_id", "街镇代码", "行政区划代码"];
pub(crate) const ZONE_NAME: [&str; 6] = ["zone_name", "街镇", "街道", "乡镇", "镇(街道、工业区)", "镇街"];
pub(crate) const ROAD_CLASS: [&str; 10] =
    ["highway", "fclass", "road_class", "roadclass", "class", "道路等级", "道路类别", "道路类型", "等级", "技术等级"];
pub(crate) const ROAD_SPEED: [&str; 10] =
    ["maxspeed", "speed", "speed_limit", "speed_kmh", "speed_km_h", "限速", "限制速度", "设计速度", "设计车速", "车速"];
pub(crate) const ROAD_ONEWAY: [&str; 6] = ["oneway", "one_way", "单行", "单行线", "是否单行", "单向"];
pub(crate) const ROAD_LEVEL: [&str; 7] = ["layer", "level", "z_level", "zlevel", "层级", "层", "立交层"];
pub(crate) const ROAD_NAME: [&str; 6] = ["name", "road_name", "路名", "道路名称", "街道名称", "名称"];
pub(crate) const H3: [&str; 9] = ["h3", "h3_index", "h3_id", "h3index", "hex_id", "id_hex", "h3_address", "cell", "id"];
/// What the row of a table's own sum is called.
pub(crate) const SUM: [&str; 5] = ["total", "sum", "合计", "总计", "小计"];
