"""Makes the rasters of this folder with GDAL 3.6: python3 make_rasters.py (osgeo, numpy)

Twenty columns and eighteen rows of 100 m; a cell holds 1 + (7 x row + 3 x column) mod 11. Row 2, column 3 is no data. Their sum is that of
`gdalinfo -stats`: mean x valid cells.
"""
import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
ROWS, COLUMNS = 18, 20
row, column = np.mgrid[0:ROWS, 0:COLUMNS]
PEOPLE = 1 + (7 * row + 3 * column) % 11


def make(name, kind, options=(), crs="EPSG:32632", values=None, nodata=255, place=(500_000, 100, 0, 1_800, 0, -100), metadata=None):
    values = PEOPLE.copy() if values is None else values
    bands = values if values.ndim == 3 else values[None]
    raster = gdal.GetDriverByName("GTiff").Create(name, COLUMNS, ROWS, len(bands), kind, list(options))
    if place:
        raster.SetGeoTransform(place)
    if crs:
        reference = osr.SpatialReference()
        reference.SetFromUserInput(crs)
        raster.SetProjection(reference.ExportToWkt())
    for key, value in (metadata or {}).items():
        raster.SetMetadataItem(key, value)
    for number, own in enumerate(bands, start=1):
        band = raster.GetRasterBand(number)
        own = own.astype(np.float64)
        if nodata is not None:
            own[2, 3] = nodata
            band.SetNoDataValue(nodata)
        band.WriteArray(own)
    return raster


TILES = ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"]
make("u8_strips.tif", gdal.GDT_Byte, ["BLOCKYSIZE=5"])
make("u16_tiles_lzw_2.tif", gdal.GDT_UInt16, [*TILES, "COMPRESS=LZW", "PREDICTOR=2"])
make("i16_strips_packbits.tif", gdal.GDT_Int16, ["BLOCKYSIZE=3", "COMPRESS=PACKBITS"], nodata=-99)
make("u32_big_tiles_deflate.tif", gdal.GDT_UInt32, [*TILES, "COMPRESS=DEFLATE", "BIGTIFF=YES"], nodata=4_294_967_295)
make("i32_strips_deflate_2.tif", gdal.GDT_Int32, ["COMPRESS=DEFLATE", "PREDICTOR=2"], nodata=-2_147_483_648)
make("f32_tiles_deflate_3.tif", gdal.GDT_Float32, [*TILES, "COMPRESS=DEFLATE", "PREDICTOR=3"], nodata=-3.4028234663852886e38)
make("f32_strips_lzw_swapped.tif", gdal.GDT_Float32, ["COMPRESS=LZW", "ENDIANNESS=BIG"], nodata=-99_999)
make("f64_tiles_lzw_3.tif", gdal.GDT_Float64, [*TILES, "COMPRESS=LZW", "PREDICTOR=3"], nodata=np.nan)
make("f32_tiles_deflate_2_swapped.tif", gdal.GDT_Float32, [*TILES, "COMPRESS=DEFLATE", "PREDICTOR=2", "ENDIANNESS=BIG"], nodata=-1)
# the second of two bands: in turns, and one behind the other
make("bands_in_turns.tif", gdal.GDT_UInt16, [*TILES, "INTERLEAVE=PIXEL", "COMPRESS=DEFLATE"], values=np.stack([PEOPLE * 100, PEOPLE]), nodata=65_535)
make("bands_apart.tif", gdal.GDT_UInt16, ["INTERLEAVE=BAND", "COMPRESS=DEFLATE"], values=np.stack([PEOPLE * 100, PEOPLE]), nodata=65_535)
# the place of a point is the middle of a cell
make("point.tif", gdal.GDT_Byte, ["COMPRESS=DEFLATE"], metadata={"AREA_OR_POINT": "Point"})
# only the first tile has anything; GDAL leaves the others out
only_first = np.where((row < 16) & (column < 16), PEOPLE, 0)
raster = gdal.GetDriverByName("GTiff").Create("sparse.tif", COLUMNS, ROWS, 1, gdal.GDT_Float32, [*TILES, "SPARSE_OK=TRUE", "COMPRESS=DEFLATE"])
raster.SetGeoTransform((500_000, 100, 0, 1_800, 0, -100))
reference = osr.SpatialReference()
reference.ImportFromEPSG(32632)
raster.SetProjection(reference.ExportToWkt())
raster.GetRasterBand(1).WriteArray(only_first[:16, :16].astype(np.float32), 0, 0)
raster = None
# GHSL's projection, north of the equator at 9 degrees east
make("mollweide.tif", gdal.GDT_Float32, ["COMPRESS=DEFLATE"], crs="ESRI:54009", place=(901_000, 100, 0, 1_000, 0, -100), nodata=-200)
make("degrees.tif", gdal.GDT_Float32, ["COMPRESS=DEFLATE"], crs="EPSG:4326", place=(9.0, 0.001, 0, 0.009, 0, -0.001), nodata=-200)
# what is refused
make("turned.tif", gdal.GDT_Byte, ["COMPRESS=DEFLATE"], place=(500_000, 100, 5, 1_800, 5, -100))
make("zstd.tif", gdal.GDT_Float32, ["COMPRESS=ZSTD"])
make("no_crs.tif", gdal.GDT_Byte, ["COMPRESS=DEFLATE"], crs=None)
make("no_place.tif", gdal.GDT_Byte, ["COMPRESS=DEFLATE"], crs=None, place=None)
raster = make("scaled.tif", gdal.GDT_Int16, ["COMPRESS=DEFLATE"])
raster.GetRasterBand(1).SetScale(0.1)
raster = None
