"""Folders of one's own, as the tests need them."""

from pathlib import Path
from typing import Any

import yaml

SECRET = "Zebulon7788"  # stands where a hospital may have left somebody's name; nothing that is said may hold it

BADGE: dict[str, Any] = {
    "id": "badge",
    "title": "numéro de badge",
    "why": "Désigne un agent.",
    "source": "usages",
    "entity_type": "OTHER_ID",
    "placeholder": "NUMERO",
    "noun": ["autre numéro", "autres numéros"],
    "level": 1,
    "pattern": [r"(?<!\d)B(?P<id>\d{4})(?!\d)"],
    "examples": {
        "match": ["Badge B⟦1234⟧ perdu"],
        "no_match": [{"text": "B12", "why": "trop court"}, {"text": "1234", "why": "sans lettre"}],
    },
}
PEOPLE = "# kind: person\nLEFEBVRE Jeanne\n"
UNITS = "unité Verlaine\n"


def put(base: Path, name: str, content: object) -> Path:
    """Write a file under `base`: bytes and text as they are, anything else as YAML; return its path."""
    path = base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
        path.write_text(text, encoding="utf-8")
    return path


def folder(base: Path) -> Path:
    """Return a folder that is right: a rule and two lists."""
    put(base, "identifiers/badge.yaml", BADGE)
    put(base, "always_hide/patients.txt", PEOPLE)
    put(base, "never_hide/units.txt", UNITS)
    return base
