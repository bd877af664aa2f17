"""Makes towns.shp (GB18030, Gauss-Krueger metres) and towns.gpkg (two layers) with GDAL: python make_layers.py (geopandas 1.2, pyogrio); towns.fgb: ogr2ogr towns.fgb towns.gpkg towns;
towns.parquet: geopandas.read_file("towns.gpkg", layer="towns").to_parquet("towns.parquet")"""
import geopandas as gpd
from shapely.geometry import LineString, Polygon

# two towns on the equator at 9 degrees east, 0.015 and 0.025 degrees wide, the second with a hole
west = Polygon([(8.99, -0.01), (9.015, -0.01), (9.015, 0.01), (8.99, 0.01)])
east = Polygon([(9.015, -0.01), (9.04, -0.01), (9.04, 0.01), (9.015, 0.01)], [[(9.02, 0.005), (9.02, 0.008), (9.03, 0.008), (9.03, 0.005)]])
towns = gpd.GeoDataFrame({"代码": ["01", "02"], "名称": ["浦江镇", "莘庄镇"], "人口": [120, 80.5]}, geometry=[west, east], crs="EPSG:4326")
towns.to_crs("EPSG:32632").to_file("towns.shp", encoding="GBK")
towns.to_crs("EPSG:32632").to_file("towns.gpkg", layer="towns")
roads = gpd.GeoDataFrame({"name": ["A"]}, geometry=[LineString([(9.0, 0), (9.03, 0)])], crs="EPSG:4326")
roads.to_file("towns.gpkg", layer="corridors")
