"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from nearmiss import views
from reports import digest_address, figures

handler500 = "nearmiss.views.server_error"

urlpatterns = [
    path("", include("lessons.urls")),
    path("", include("reports.urls")),
    path("promise/", views.promise, name="promise"),
    path("desk/", include("nearmiss.accounts.urls")),
    path("desk/figures/", admin.site.admin_view(figures.page), name="figures"),
    path("desk/mail/", admin.site.admin_view(digest_address.page), name="digest"),
    path("desk/", admin.site.urls),
]
