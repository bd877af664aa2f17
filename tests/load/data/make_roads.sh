#!/bin/sh
# Makes roads.gpkg and roads.shp (GBK) in EPSG:4549, CGCS2000 Gauss-Krueger at 120 degrees east, with GDAL's ogr2ogr (3.6):
# an avenue along a parallel, a lane north of its middle, and a flyover at level 1 that crosses the lane and ends at a street of its own.
cat > roads.json <<'JSON'
{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"编号": "0001", "路名": "沪闵路", "道路等级": "主干路", "限速": 30, "单行": "否", "层级": 0},
 "geometry": {"type": "LineString", "coordinates": [[121.38, 31.11], [121.385, 31.11], [121.39, 31.11]]}},
{"type": "Feature", "properties": {"编号": "0002", "路名": "小巷", "道路等级": "支路", "限速": 10, "单行": "是", "层级": 0},
 "geometry": {"type": "LineString", "coordinates": [[121.3825, 31.11], [121.3825, 31.12]]}},
{"type": "Feature", "properties": {"编号": "0003", "路名": "高架", "道路等级": "快速路", "限速": 60, "单行": "否", "层级": 1},
 "geometry": {"type": "LineString", "coordinates": [[121.38, 31.115], [121.385, 31.115]]}},
{"type": "Feature", "properties": {"编号": "0004", "路名": "园路", "道路等级": "园区道路", "限速": null, "单行": "否", "层级": 0},
 "geometry": {"type": "LineString", "coordinates": [[121.385, 31.115], [121.385, 31.12]]}}
]}
JSON
rm -f roads.gpkg roads.shp roads.shx roads.dbf roads.prj roads.cpg
ogr2ogr -f GPKG -t_srs EPSG:4549 -nln roads roads.gpkg roads.json
ogr2ogr -f "ESRI Shapefile" -lco ENCODING=GBK -t_srs EPSG:4549 roads.shp roads.json
rm roads.json
