"""The readers' addresses."""

from django.urls import path

from lessons import trends, uses, views
from lessons.sheets import views as sheets

app_name = "lessons"

urlpatterns = [
    path("", views.home, name="home"),
    path("stories/", views.StoryList.as_view(), name="stories"),
    path("stories/<slug:slug>/", views.StoryDetail.as_view(), name="story"),
    path("terms/<slug:facet>/<slug:slug>/", views.TermDetail.as_view(), name="term"),
    # Taking it along to work: sheets, what came of it, and the numbers
    path("stories/<slug:slug>/sheet/", sheets.story_sheet, name="story_sheet"),
    path("stories/<slug:slug>/sheet.pdf", sheets.story_pdf, name="story_pdf"),
    path("stories/<slug:slug>/used/", uses.used, name="used"),
    path("sheet/", sheets.choose, name="sheet"),
    path("sheet/selection/", sheets.selection, name="selection"),
    path("sheet/selection.pdf", sheets.selection_pdf, name="selection_pdf"),
    path("trends/", trends.page, name="trends"),
]
