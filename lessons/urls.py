"""The readers' addresses."""

from django.urls import path

from lessons import api, downloads, feeds, sitemaps, views

app_name = "lessons"

urlpatterns = [
    path("", views.home, name="home"),
    path("stories/", views.StoryList.as_view(), name="stories"),
    path("stories/<slug:slug>/", views.StoryDetail.as_view(), name="story"),
    path("terms/<slug:facet>/<slug:slug>/", views.TermDetail.as_view(), name="term"),
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
