"""Makes clinics.xlsx (openpyxl 3.1): python make_workbook.py"""
from datetime import date
from openpyxl import Workbook

book = Workbook()
about = book.active
about.title = "说明"
sheet = book.create_sheet("设施")
sheet.append(["编号", "名称", "类型", "经度", "纬度", "车辆数", "开业"])
sheet.append([310112001, "浦江镇社区卫生服务中心", "中心", 9.001, "0°0′0″", 3, date(2020, 5, 1)])
sheet.append(["w-2", "莘庄镇社区卫生服务站", "站", "9.002", 0, "两", None])
sheet.append(["w-3", "no place", "站", None, 0, 1, None])
book.save("clinics.xlsx")
