//! Numbers of the GeoTIFF standard (OGC GeoTIFF 1.1) that are read and written: keys, and the codes that stand in them.

pub(crate) const MODEL_TYPE: u16 = 1024;
pub(crate) const RASTER_TYPE: u16 = 1025;
pub(crate) const CITATION: u16 = 1026;
pub(crate) const GEODETIC_CRS: u16 = 2048;
pub(crate) const ANGLE_UNIT: u16 = 2054;
pub(crate) const PROJECTED_CRS: u16 = 3072;
pub(crate) const PROJECTED_CITATION: u16 = 3073;
pub(crate) const PROJECTION: u16 = 3074;
pub(crate) const METHOD: u16 = 3075;
pub(crate) const LENGTH_UNIT: u16 = 3076;
pub(crate) const PARALLEL_1: u16 = 3078;
pub(crate) const PARALLEL_2: u16 = 3079;
pub(crate) const ORIGIN_LON: u16 = 3080;
pub(crate) const ORIGIN_LAT: u16 = 3081;
pub(crate) const FALSE_EASTING: u16 = 3082;
pub(crate) const FALSE_NORTHING: u16 = 3083;
pub(crate) const FALSE_ORIGIN_LON: u16 = 3084;
pub(crate) const FALSE_ORIGIN_LAT: u16 = 3085;
pub(crate) const FALSE_ORIGIN_EASTING: u16 = 3086;
pub(crate) const FALSE_ORIGIN_NORTHING: u16 = 3087;
pub(crate) const CENTRE_LON: u16 = 3088;
pub(crate) const CENTRE_LAT: u16 = 3089;
pub(crate) const SCALE: u16 = 3092;

pub(crate) const PROJECTED: u16 = 1;
pub(crate) const GEOGRAPHIC: u16 = 2;
pub(crate) const PIXEL_IS_AREA: u16 = 1;
pub(crate) const PIXEL_IS_POINT: u16 = 2;
pub(crate) const USER_DEFINED: u16 = 32_767;
pub(crate) const METRE: u16 = 9001;
pub(crate) const DEGREE: u16 = 9102;
pub(crate) const WGS84: u16 = 4326;
pub(crate) const TRANSVERSE_MERCATOR: u16 = 1;
pub(crate) const LAMBERT_CONFORMAL_CONIC: u16 = 8;
pub(crate) const LAMBERT_AZIMUTHAL_EQUAL_AREA: u16 = 10;
pub(crate) const ALBERS_EQUAL_AREA: u16 = 11;
