"""The dashboard and the alerts ask for nothing that the site does not tell."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "emoplatform" / "metrics.py").read_text()
OF_PROMETHEUS = {"up"}


def queries() -> list[str]:
    board = json.loads((ROOT / "monitoring" / "grafana.json").read_text())
    rules = yaml.safe_load((ROOT / "monitoring" / "alerts.yaml").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return asked + [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def metrics_in(query: str) -> set[str]:
    """Return the names that stand before a selector or a range, or alone."""
    bare = re.sub(r"\{[^}]*\}|\bby\s*\([^)]*\)", "", query)
    return {name for name in re.findall(r"[a-z_]+(?:_[a-z]+)*\b(?!\s*\()", bare) if "_" in name} | {
        name for name in OF_PROMETHEUS if re.search(rf"\b{name}\b", bare)
    }


def exported_metrics() -> set[str]:
    """Return what `/metrics` can tell, as `emoplatform/metrics.py` names it."""
    counters = set(re.findall(r'Counter\(\s*"(\w+)"', SOURCE))
    histograms = set(re.findall(r'Histogram\(\s*"(\w+)"', SOURCE))
    network = set(re.findall(r'"(emoplatform_\w+)"', SOURCE))
    network |= {f"emoplatform_{name}" for name in re.findall(r'^\s+"(\w+)": \(', SOURCE, re.M)}
    parts = {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}
    return {f"{name}_total" for name in counters} | parts | network | OF_PROMETHEUS


@pytest.mark.parametrize("query", queries())
def test_a_query_names_exported_metrics(query: str) -> None:
    found = metrics_in(query)
    assert found
    assert found <= exported_metrics()


def test_every_alert_says_what_to_do() -> None:
    rules: Any = yaml.safe_load((ROOT / "monitoring" / "alerts.yaml").read_text())
    for rule in rules["groups"][0]["rules"]:
        assert rule["annotations"].keys() == {"summary", "todo"}
        assert rule["labels"]["severity"] in {"page", "look"}
