"""The officers' addresses."""

from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("share/", views.share, name="share"),
    path("receipt/", views.receipt, name="receipt"),
]
