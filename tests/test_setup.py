"""The set-up is reproducible and names no machine: locks with hashes, pins, no host and no path."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def entries(lock: str) -> list[str]:
    """Return the entries of a lock: a requirement and its options, without comments, on one line each."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pinned(lock: str) -> dict[str, Version]:
    """Return the version that a lock pins, on this machine, for each package."""
    found: dict[str, Version] = {}
    for entry in entries(lock):
        requirement = Requirement(entry.partition(" --hash")[0].strip())
        if not _applies(requirement):  # a universal lock may hold a package twice, for different Pythons
            continue
        assert requirement.name not in found
        (specifier,) = requirement.specifier
        assert specifier.operator == "=="
        found[canonicalize_name(requirement.name)] = Version(specifier.version)
    return found


def asked(*extras: str, groups: tuple[str, ...] = ()) -> list[Requirement]:
    """Return what the project asks for on this machine."""
    project = PROJECT["project"]
    texts = [*project["dependencies"], *(t for extra in extras for t in project["optional-dependencies"][extra])]
    texts += [t for group in groups for t in PROJECT["dependency-groups"][group]]
    return [r for r in map(Requirement, texts) if _applies(r)]


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes(lock: str) -> None:
    """One version, and at least one SHA-256, for each package; nothing is an option line, a URL or a path."""
    lines = entries(lock)
    assert len(lines) > 50
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[^\s@/]+(?:\s*;[^@/]*?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*", line), (
            line[:80]
        )


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_path(lock: str) -> None:
    """It works with whatever registry a machine is set to use, comments included."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(?:index-url|extra-index-url|find-links|trusted-host)\b", text)
    assert not re.search(r"(?:^|\s)(?:/|~/|\.\.?/|[A-Za-z]:\\)", text, re.MULTILINE)


def test_every_dependency_is_locked_in_its_range() -> None:
    """What pyproject asks for, with the demo, is in both locks, and the development tools in theirs."""
    for lock, requirements in (
        (LOCKS[0], asked("demo")),
        (LOCKS[1], asked("demo", groups=("dev",))),
    ):
        versions = pinned(lock)
        for requirement in requirements:
            version = versions[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version, prereleases=True), requirement.name


def test_both_locks_agree() -> None:
    """What is tested is what is installed."""
    run, dev = map(pinned, LOCKS)
    assert {name: dev.get(name) for name in run} == run


def test_the_proxy_is_pinned_to_the_series_that_was_read() -> None:
    """mitmproxy 12.2, from 12.2.3: what closes its holes was checked against this series."""
    (requirement,) = [r for r in asked() if r.name == "mitmproxy"]
    version = pinned(LOCKS[0])["mitmproxy"]
    assert (version.major, version.minor) == (12, 2)
    assert version >= Version("12.2.3")
    assert not requirement.specifier.contains("12.3.0")


def test_the_python_is_named_once() -> None:
    """.python-version is 3.12, and pyproject takes nothing older."""
    assert (ROOT / ".python-version").read_text().strip() == "3.12"
    assert PROJECT["project"]["requires-python"] == ">=3.12"


def test_the_set_up_checks_hashes() -> None:
    """The Makefile installs the lock with --require-hashes, then the project without dependencies."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements-dev.lock" in makefile
    assert "--no-deps --no-build-isolation -e ." in makefile
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def _files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_machine() -> None:
    """No home or working folder of a machine, no registry host, in any file of the repository."""
    # written in pieces, or this file would name them
    folders = [f"/{a}{b}/" for a, b in (("ho", "me"), ("ro", "ot"), ("wo", "rk"), ("Us", "ers"), ("m", "nt"))]
    hosts = [f"{a}{b}" for a, b in (("py", "pi.org"), ("python", "hosted.org"), ("arti", "factory"), ("index", ".url"))]
    wrong = re.compile(
        "|".join([rf"(?<![\w.:/\[<-]){re.escape(f)}[a-z]" for f in folders] + [re.escape(h) for h in hosts])
    )
    found = []
    for name in _files():
        raw = (ROOT / name).read_bytes()
        if b"\0" in raw[:8000]:
            continue
        for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
            if wrong.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert found == []
