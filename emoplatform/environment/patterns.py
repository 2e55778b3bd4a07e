"""What the values of environment variables look like; none of them reaches over several lines."""

import re

HOST = r"(?:[\w-]+(?:\.[\w-]+)*|\[[\da-fA-F:.]+\])"
"""A host name, an IPv4 address, or an IPv6 address in brackets, as in URLs."""
PORT = r"(?::\d{1,5})?"
CREDENTIALS = r"(?:[^@/?#\s]*@)?"
"""Special characters of a password are percent-encoded: left as they are, they would end it."""

ALLOWED_HOST = re.compile(rf"\.?{HOST}")
BUCKET = re.compile(
    r"s3(?P<plain>\+http)?://(?P<key>[^:@/]+):(?P<secret>[^:@/]+)@(?P<host>[\w.-]+(:\d+)?)"
    r"/(?P<bucket>[\w.-]+)\?region=(?P<region>[\w-]+)"
)
REDIS = re.compile(rf"rediss?://{CREDENTIALS}{HOST}{PORT}(/\d+)?")
MAIL_SERVER = re.compile(rf"smtps?(\+tls|\+ssl)?://{CREDENTIALS}{HOST}{PORT}/?(\?[\w=&%.-]+)?")
ORIGIN = re.compile(rf"https?://{HOST}{PORT}")
CALLING_ORIGIN = re.compile(rf"(?:https?|capacitor|ionic|tauri)://{HOST}{PORT}")
"""Where pages that call the API come from; those inside apps have schemes of their own."""
ADDRESS = re.compile(rf"[^@\s<>]+@{HOST}")
CONTACT = re.compile(rf"mailto:{ADDRESS.pattern}|https://{HOST}{PORT}")
DSN = re.compile(r"https?://\w+@[\w.-]+(:\d+)?(/[\w/]+)?/\d+")
LIMIT = re.compile(r"(?P<count>[1-9]\d{0,8})/(?P<unit>[smh])")
COUNT = re.compile(r"[1-9]\d{0,8}")
SIZE = re.compile(r"(?P<count>[1-9]\d{0,8}) ?(?P<unit>[MGT]B)")
