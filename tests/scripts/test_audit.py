"""`make audit`: its exit status says whether something is unsafe, or could not be checked."""

from pathlib import Path
from typing import Any

import pytest

from scripts import audit

PACKAGE = {"name": "pillow", "version": "1.0", "vulns": []}
VULNERABILITY = {"id": "CVE-2026-1", "fix_versions": ["1.1"]}
NPM_REPORT = {"metadata": {"dependencies": {"total": 5}}, "vulnerabilities": {}}


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the programs report; the fixture says that everything is well."""
    answers: dict[str, Any] = {"pip-audit": {"dependencies": [PACKAGE]}, "npm": NPM_REPORT}

    def answer(program: str | Path, *_: str | Path, **_options: Path) -> Any:
        return answers[Path(program).name]

    monkeypatch.setattr(audit, "json_output", answer)
    return answers


def test_nothing_known_is_a_success(
    reports: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "Python packages: 3 checked, 0 vulnerabilities",
        "npm packages: 20 checked, 0 vulnerabilities",
    ]


def test_a_vulnerability_fails_even_where_something_else_could_not_be_checked(
    reports: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    reports["pip-audit"] = {"dependencies": [PACKAGE | {"vulns": [VULNERABILITY]}]}
    reports["npm"] = None

    assert audit.main() == 1
    printed = capsys.readouterr().out
    assert "pillow 1.0: CVE-2026-1, fixed in 1.1" in printed
    assert "Could not check the packages of package-lock.json" in printed


@pytest.mark.parametrize("answer", [None, {"message": "405 Method Not Allowed", "error": {}}])
def test_a_service_of_npm_out_of_reach_is_said(reports: dict[str, Any], answer: Any) -> None:
    reports["npm"] = answer

    assert audit.main() == 2


@pytest.mark.parametrize(
    "answer",
    [None, {"dependencies": [PACKAGE, {"name": "numpy", "skip_reason": "not found on PyPI"}]}],
)
def test_packages_that_were_not_looked_up_are_said(
    reports: dict[str, Any], answer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    reports["pip-audit"] = answer

    assert audit.main() == 2
    assert "Could not check" in capsys.readouterr().out


def test_vulnerabilities_of_npm_packages_are_named(
    reports: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    found = {"tar": {"name": "tar", "severity": "high"}}
    reports["npm"] = NPM_REPORT | {"vulnerabilities": found}

    assert audit.main() == 1
    assert "tar: high" in capsys.readouterr().out
