#!/usr/bin/env python
"""Run an administrative command of Emoplatform."""

import os
import sys

from django.core.management import execute_from_command_line

from emoplatform.environment import SettingErrors

if __name__ == "__main__":
    # What people entrust to the site is nobody else's on the machine; static files are everybody's.
    os.umask(0o022 if sys.argv[1:2] == ["collectstatic"] else 0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emoplatform.settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingErrors as error:
        sys.exit(str(error))
