"""What detection is made of, as digests: `verify` compares what runs, what is installed and what was shipped.

A digest is the first 16 hexadecimal characters of a SHA-256. Names and digests hold nothing of a text.
"""

import base64
import csv
import hashlib
import json
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from avec_proxy.rulebook import Rulebook

MODEL = "model"
_SHIPPED = ("avec_proxy/rules/", "avec_proxy/data/")


def digest(data: bytes) -> str:
    """Return the digest of bytes."""
    return hashlib.sha256(data).hexdigest()[:16]


def of(rulebook: Rulebook, model: str) -> dict[str, str]:
    """Return the digest of each rule by its id, and that of the name model (SHA-256 of its network) under `MODEL`."""
    return {**{rule.id: digest(rule.model_dump_json().encode()) for rule in rulebook.identifiers}, MODEL: model[:16]}


def installed() -> dict[str, str]:
    """Return what a detector that starts now would be made of. Raises RuleFileError, OSError or ValueError."""
    meta = json.loads((files("avec_proxy") / "data" / "model" / "meta.json").read_bytes())
    return of(Rulebook.load(), str(meta["files"]["model.onnx"]["sha256"]))


def altered() -> list[str] | None:
    """Return the shipped rules and data that are not as the package's own record says, gone ones too.

    None where there is no such record: in a checkout, or where the package is not installed from a wheel.
    """
    try:
        package = metadata.distribution("avec-proxy")
    except metadata.PackageNotFoundError:
        return None
    # not `package.files`: it leaves out what is gone
    rows = list(csv.reader((package.read_text("RECORD") or "").splitlines()))
    shipped = {row[0]: row[1] for row in rows if len(row) > 1 and row[0].startswith(_SHIPPED) and row[1]}
    if not shipped:
        return None
    changed = (name for name, hashed in shipped.items() if not _as_recorded(package, name, hashed))
    return sorted(name.removeprefix("avec_proxy/") for name in changed)


def _as_recorded(package: metadata.Distribution, name: str, hashed: str) -> bool:
    algorithm, _, written = hashed.partition("=")
    try:
        found = hashlib.new(algorithm, Path(str(package.locate_file(name))).read_bytes()).digest()
    except (OSError, ValueError):
        return False
    # the record writes base64 without padding (PyPA, «Recording installed projects»)
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == written
