"""The WSGI application that gunicorn serves."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from emoplatform.env import SettingError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emoplatform.settings")
try:
    application = get_wsgi_application()
except SettingError as error:
    sys.exit(str(error))
