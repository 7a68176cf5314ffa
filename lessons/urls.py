"""The readers' addresses."""

from django.urls import path

from lessons import finding, views

app_name = "lessons"

urlpatterns = [
    path("", views.home, name="home"),
    path("stories/<slug:slug>/", views.StoryDetail.as_view(), name="story"),
    path("terms/<slug:facet>/<slug:slug>/", views.term, name="term"),
    # Search and browse
    path("stories/", finding.stories, name="stories"),
    path("lessons/", finding.lessons, name="lessons"),
]
