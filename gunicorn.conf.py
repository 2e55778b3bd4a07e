"""Configuration of gunicorn, which reads this file by default.

nginx stands in front, with the rules of deploy/nginx: it waits for slow senders and readers, limits
sizes, connections and requests, and sets the headers that the site believes.
"""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from emoplatform.environment import CollectingEnvironment, SettingErrors

env = CollectingEnvironment(os.environ)
# For nothing but a proxy: no other machine gets here unless somebody says so.
bind = f"127.0.0.1:{env.port('PORT', default=8000)}"
workers = env.count("WEB_CONCURRENCY", default=2)
try:
    env.check()
except SettingErrors as error:
    sys.exit(str(error))
worker_class = "gthread"
threads = 4

# The application is imported once and shared by all workers, which saves memory and time. That is
# safe, since importing opens nothing: each worker builds its own connections and models.
preload_app = True

# Heroku's router times out after 30 s, and a dyno has 30 s to stop.
timeout = 25
graceful_timeout = 20
# Longer than most proxies keep idle connections, so that they close them first.
keepalive = 100
# Workers are restarted now and then, but not all at once.
max_requests = 5000
max_requests_jitter = 500

# As much as one buffer of nginx takes; what is longer was refused there.
limit_request_line = 8190
limit_request_field_size = 8190
# Only Django reads what the proxy says of a request.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# Heartbeats are written to memory: a slow disk must not make workers look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True

# The path without query and secrets, and neither IP addresses nor people.
logger_class = "emoplatform.access_log.RedactingLogger"
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(B)sB %(M)sms %({x-request-id}o)s"


# All workers write their counts to this folder, and /metrics reports the sum.
if os.environ.get("METRICS_TOKEN"):
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))


def child_exit(_server: Any, worker: Any) -> None:
    """Drop the gauges of a worker that has exited."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        import_module("prometheus_client.multiprocess").mark_process_dead(worker.pid)


def when_ready(server: Any) -> None:
    """Import every view before the workers fork, so that no first request is slow."""
    import_module("emoplatform.urls")
    import_module("emotions.api.schema_document").build_all()
    server.log.info(import_module("emoplatform.checks").MUST_BE_IN_FRONT)
    if "DYNO" in os.environ:
        # Heroku's bin/start-nginx waits for this file before it starts nginx.
        Path("/tmp/app-initialized").touch()  # noqa: S108
