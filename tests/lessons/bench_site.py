"""The site with one view more, which does nothing: what a server can do at most."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nearmiss.settings")

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

application = get_wsgi_application()


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Nothing.")


from nearmiss import urls  # noqa: E402 - after the settings

urls.urlpatterns.append(path("bare/", bare))
