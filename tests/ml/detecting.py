"""How the tests run `manage.py detect_emotion`."""

import io
import json
from typing import Any

from django.core.management import CommandError, call_command


def run(*arguments: object) -> tuple[str, str, str]:
    """Return what the command prints, what it complains about and why it fails, if it does."""
    out, err, failure = io.StringIO(), io.StringIO(), ""
    try:
        call_command("detect_emotion", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        failure = str(error)
    return out.getvalue(), err.getvalue(), failure


def run_json(*arguments: object) -> dict[str, Any]:
    """Return the one JSON document on stdout."""
    answer: dict[str, Any] = json.loads(run(*arguments, "--json")[0])
    return answer
