"""The readers' addresses."""

from django.urls import path

from lessons import api, downloads, feeds, finding, sitemaps, trends, uses, views
from lessons.sheets import views as sheets

app_name = "lessons"

urlpatterns = [
    path("", views.home, name="home"),
    path("stories/<slug:slug>/", views.story, name="story"),
    path("terms/<slug:facet>/<slug:slug>/", views.term, name="term"),
    # Search and browse
    path("stories/", finding.stories, name="stories"),
    path("lessons/", finding.lessons, name="lessons"),
    # Taking it along to work: sheets, what came of it, and the numbers
    path("stories/<slug:slug>/sheet/", sheets.story_sheet, name="story_sheet"),
    path("stories/<slug:slug>/sheet.pdf", sheets.story_pdf, name="story_pdf"),
    path("stories/<slug:slug>/used/", uses.used, name="used"),
    path("sheet/", sheets.choose, name="sheet"),
    path("sheet/selection/", sheets.selection, name="selection"),
    path("sheet/selection.pdf", sheets.selection_pdf, name="selection_pdf"),
    path("trends/", trends.page, name="trends"),
    # To take along, and for machines
    path("stories.atom", feeds.atom, name="atom"),
    path("stories.rss", feeds.rss, name="rss"),
    path("terms/<slug:facet>/<slug:slug>.atom", feeds.atom, name="term-atom"),
    path("terms/<slug:facet>/<slug:slug>.rss", feeds.rss, name="term-rss"),
    path("api/v1/", api.addresses()),
    path("data/", downloads.data, name="data"),
    path("data/stories.jsonl", downloads.jsonl_file, name="jsonl"),
    path("data/datapackage.json", downloads.data_package, name="data-package"),
    path("data/<slug:name>.csv", downloads.csv_file, name="csv"),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemaps"),
    path("sitemap-<slug:section>.xml", sitemaps.sitemap_section, name="sitemap"),
    path("robots.txt", sitemaps.robots_txt, name="robots"),
    path(".well-known/security.txt", sitemaps.security_txt, name="security-txt"),
]
