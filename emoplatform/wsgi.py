"""The WSGI application that gunicorn serves."""

import os
import sys

import django

from emoplatform.environment import SettingErrors

# What people entrust to the site is nobody else's on the machine.
os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emoplatform.settings")
try:
    django.setup(set_prefix=False)
except SettingErrors as error:
    sys.exit(str(error))

from emoplatform.wsgi_requests import StrictHandler  # noqa: E402 - needs the settings

application = StrictHandler()
