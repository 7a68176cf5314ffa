"""The officers' addresses, and the ledger."""

from django.urls import path

from reports import views
from reports.ledger import ledger

app_name = "reports"

urlpatterns = [
    path("share/", views.share, name="share"),
    path("receipt/", views.receipt, name="receipt"),
    path("ledger/", ledger, name="ledger"),
]
