"""Check dependencies for known vulnerabilities: `make audit`.

Uses pip-audit for Python packages and npm for the others. Returns 1 if a vulnerability is known,
otherwise 2 if something could not be checked, because a service could not be reached or does not
know a package.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from scripts.commands import NPM_FOLDERS, REQUIREMENTS, SEPARATE_REQUIREMENTS, json_output

VULNERABLE, UNCHECKED = 1, 2  # exit statuses


@dataclass
class Audit:
    """What became known of some packages.

    Attributes:
        checked: how many packages were looked up.
        known: their vulnerabilities.
        unchecked: what could not be checked.
    """

    checked: int = 0
    known: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)


def audit_python() -> Audit:
    """Look up all pinned Python packages."""
    audit = Audit()
    for file in (REQUIREMENTS[-1], *SEPARATE_REQUIREMENTS):
        report = json_output(
            *(Path(sys.executable).with_name("pip-audit"), "--requirement", file),
            *("--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"),
        )
        if not report:
            audit.unchecked.append(f"the packages of {file}: pip-audit could not reach its service")
            continue
        packages = report["dependencies"]
        skipped = [package["name"] for package in packages if "skip_reason" in package]
        if skipped:
            audit.unchecked.append(f"{len(skipped)} packages of {file}: the service has none such")
        audit.checked += len(packages) - len(skipped)
        for package in packages:
            for found in package.get("vulns", []):
                fixed = ", ".join(found["fix_versions"]) or "no version yet"
                audit.known.append(
                    f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}"
                )
    return audit


def audit_npm() -> Audit:
    """Look up all npm packages in the locks."""
    audit = Audit()
    for prefix, folder in NPM_FOLDERS.items():
        report = json_output("npm", "audit", "--json", folder=folder)
        if not report or "metadata" not in report:
            lock = f"{prefix}package-lock.json"
            audit.unchecked.append(f"the packages of {lock}: npm could not reach its service")
            continue
        audit.checked += report["metadata"]["dependencies"]["total"]
        for package in report["vulnerabilities"].values():
            audit.known.append(f"{package['name']}: {package['severity']}")
    return audit


def main() -> int:
    """Check all dependencies, and print the vulnerabilities and what could not be checked."""
    audits = {"Python packages": audit_python(), "npm packages": audit_npm()}
    for name, audit in audits.items():
        print(f"{name}: {audit.checked} checked, {len(audit.known)} vulnerabilities")
        for line in audit.known:
            print(f"  {line}")
        for line in audit.unchecked:
            print(f"  Could not check {line}.")
    if any(audit.known for audit in audits.values()):
        return VULNERABLE
    return UNCHECKED if any(audit.unchecked for audit in audits.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
