"""Health check of the container: exit 0 if the web process answers.

It requests `/healthz`, which does not check the database: restarting the web process would not
bring the database back.
"""

import os
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
address = "http://127.0.0.1:8000/healthz"
urllib.request.urlopen(urllib.request.Request(address, headers={"Host": host}), timeout=5)
