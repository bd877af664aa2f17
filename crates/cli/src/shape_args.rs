//! What was typed for shapes: isochrones, reached roads, audits.

use std::path::PathBuf;

use catchment::Limit;
use clap::Args;

/// Flags of every command on shapes.
#[derive(Debug, Args)]
pub(crate) struct ShapeCommon {
    /// The plan (TOML). Its paths are relative to it.
    pub plan: PathBuf,
    /// The folder for the results [default: catchment-STUDY-COMMAND].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The speed of every profile, with its unit: 1.0m/s, 4km/h. Legs and steps change by the same factor, unless the plan sets them.
    #[arg(long, value_name = "SPEED")]
    pub speed: Option<String>,
    /// Accept an error up to a size, as [checks] accept of the plan: no_roads=25%; may be given several times.
    #[arg(long, value_name = "KIND=SIZE")]
    pub accept: Vec<String>,
    /// How many threads [default: one a core]. The results are the same.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Replace files in the folder of results that this program did not write, or that were edited since.
    #[arg(long)]
    pub force: bool,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Which services, within which limits.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// A service of the plan [default: all of them].
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// Limits, all of time or all of distance: 5min,10min,15min or 500m,1km [default: that of each service]. Limits by zone play no part.
    #[arg(long, value_name = "LIMIT,…", value_delimiter = ',')]
    pub limits: Vec<Limit>,
    /// The ground or roads of the nearest facility: one answer for all of them. This is the default.
    #[arg(long, conflicts_with = "per_facility")]
    pub merged: bool,
    /// Those of every facility on its own.
    #[arg(long)]
    pub per_facility: bool,
}

/// `isochrones`
#[derive(Debug, Args)]
pub(crate) struct Isochrones {
    #[command(flatten)]
    pub common: ShapeCommon,
    #[command(flatten)]
    pub asked: Asked,
    /// Each holds all ground within its limit. This is the default.
    #[arg(long, conflicts_with = "rings")]
    pub disks: bool,
    /// Each without the next shorter one.
    #[arg(long)]
    pub rings: bool,
    /// Drop corners that lie this near the line without them, with its unit: 5m. No road changes its side by more than that.
    #[arg(long, value_name = "DISTANCE", value_parser = metres)]
    pub simplify: Option<f64>,
    /// Side of a ground cell, metres; between roads, outlines are measured on a quarter of it [default: ground.cell_m of the plan].
    #[arg(long, value_name = "METRES")]
    pub cell: Option<f64>,
}

/// `reach`
#[derive(Debug, Args)]
pub(crate) struct Reach {
    #[command(flatten)]
    pub common: ShapeCommon,
    #[command(flatten)]
    pub asked: Asked,
}

/// `audit`
#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub common: ShapeCommon,
    /// The layer: GeoJSON, WGS84. All its polygons are taken together; where features name a limit (limit_s, limit_m, or contour with
    /// metric) or a service, only those of the audited one.
    #[arg(value_name = "SHAPES.geojson")]
    pub shapes: PathBuf,
    /// The service [default: the only one of the plan].
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// The limit [default: that of the service]. Limits by zone play no part.
    #[arg(long, value_name = "LIMIT")]
    pub limit: Option<Limit>,
    /// How many places are drawn on the roads of the extract, evenly by length.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub points: u32,
    /// The same seed draws the same places.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Places whose cost is this near the limit do not count [default: 5s; for limits of distance what is walked in it].
    #[arg(long, value_name = "MARGIN")]
    pub leave_out: Option<Limit>,
    /// End with exit code 1 where more of the counted places than this are on the wrong side, crossings aside: 0.1%.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub require: Option<f64>,
}

/// `5m` as metres.
fn metres(text: &str) -> Result<f64, String> {
    match text.parse::<Limit>() {
        Ok(limit) if limit.metric == catchment::Metric::Distance => Ok(limit.as_f64()),
        _ => Err("expected a distance with its unit, such as 5m".to_owned()),
    }
}

/// `0.1%` as a share.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    match number {
        Some(number) if (0.0..=100.0).contains(&number) => Ok(number / 100.0),
        _ => Err("expected 0% to 100%, such as 0.1%".to_owned()),
    }
}
