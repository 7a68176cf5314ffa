"""The WSGI entry point that granian serves."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nearmiss.settings")

application = get_wsgi_application()

# What is loaded by now stays: the garbage collector would go through all of it again and again,
# and hold up a request by 60 ms each time. The rest it need not look through for every page.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
gc.set_threshold(10_000)  # objects more than there were
