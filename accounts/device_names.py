"""Names of devices: what the app calls itself, or else a description of the user agent."""

import contextlib
import re

from django.http import HttpRequest
from django.utils.translation import gettext as _

MAX_NAME_LENGTH = 80

# The first match counts, since most user agents also name the browsers that they imitate.
BROWSERS = {
    "Edge": r"Edg(e|A|iOS)?/",
    "Opera": r"OPR/|Opera",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrome/|CriOS/|Chromium/",
    "Safari": r"Safari/",
}
SYSTEMS = {
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "Android": r"Android",
    "Windows": r"Windows",
    "ChromeOS": r"CrOS",
    "macOS": r"Macintosh|Mac OS X",
    "Linux": r"Linux",
}
PROGRAM = re.compile(r"[A-Za-z][\w.+-]*")


def first_match(patterns: dict[str, str], text: str) -> str | None:
    """Return the name of the first pattern that occurs in the text."""
    return next((name for name, pattern in patterns.items() if re.search(pattern, text)), None)


def name_from_user_agent(user_agent: str) -> str:
    """Describe a user agent, for example as "Firefox on Linux"."""
    browser, system = first_match(BROWSERS, user_agent), first_match(SYSTEMS, user_agent)
    if not browser and not user_agent.startswith("Mozilla/"):
        program = PROGRAM.match(user_agent)
        browser = program[0][:MAX_NAME_LENGTH] if program else None
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def clean_name(name: str) -> str:
    """Return the name as one short line of printable characters, possibly empty."""
    visible = "".join(char if char.isprintable() else " " for char in name)
    return " ".join(visible.split())[:MAX_NAME_LENGTH].strip()


def name_from_header(request: HttpRequest) -> str:
    """Return the name in the `X-Device-Name` header, or an empty string."""
    name = request.headers.get("X-Device-Name", "")
    with contextlib.suppress(UnicodeError):  # WSGI decodes headers as Latin-1, apps send UTF-8
        name = name.encode("latin-1").decode()
    return clean_name(name)
