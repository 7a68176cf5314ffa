"""The readers' addresses."""

from django.urls import path

from lessons import views

app_name = "lessons"

urlpatterns = [
    path("", views.home, name="home"),
    path("stories/", views.StoryList.as_view(), name="stories"),
    path("stories/<slug:slug>/", views.StoryDetail.as_view(), name="story"),
    path("terms/<slug:facet>/<slug:slug>/", views.TermDetail.as_view(), name="term"),
]
