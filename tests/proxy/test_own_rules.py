"""A hospital's own folder at the wire: what is added hides the next request, what is wrong changes nothing."""

# ruff: noqa: ASYNC110 - tests wait by polling

import asyncio
import io
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from avec_proxy.proxy import logs, own_rules
from avec_proxy.proxy.errors import GatewayError
from tests.own.folders import BADGE, PEOPLE, SECRET, folder, put
from tests.proxy.conftest import Rig, refused

Make = Callable[..., Awaitable[Rig]]
NOTE = "Relire la note de Jeanne Lefebvre et de Paul Martin, projet Céladon."


class Watched:
    """A gateway with a folder of its own, and what its log says."""

    def __init__(self, base: Path, make: Make, stream: io.StringIO) -> None:
        self.base = base
        self._make = make
        self._stream = stream
        self._seen = 0
        self.rig: Rig

    async def start(self, **options: Any) -> None:
        """Start it."""
        self.rig = await self._make(own_rules=self.base, **options)
        self.lines()

    def lines(self) -> list[str]:
        """Return what the log says since the last look: event and detail."""
        written = self._stream.getvalue()
        assert SECRET not in written
        new, self._seen = written[self._seen :], len(written)
        return [line.split(" ", 3)[3] for line in new.splitlines()]

    async def said(self, word: str) -> str:
        """Return the first new line that begins with `word`, once it is there."""
        async with asyncio.timeout(60):
            while True:
                for line in self.lines():
                    if line.startswith(word):
                        return line
                await asyncio.sleep(0.05)

    async def sent(self, text: str = NOTE) -> str:
        """Return what reaches the upstream of a prompt."""
        answer = await self.rig.chat(text)
        assert answer.status_code == 200, answer.text
        return self.rig.upstream.requests[-1].prompt


@pytest.fixture
def watched(tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """Give a gateway that is not started, with a folder that is right."""
    monkeypatch.setattr(own_rules, "POLL_S", 0.1)
    monkeypatch.setattr(own_rules, "SETTLE_S", 0.05)
    stream = io.StringIO()
    undo = logs.install(stream)
    yield Watched(folder(tmp_path / "own"), make, stream)
    undo()


async def test_an_entry_that_is_added_hides_the_next_request(watched: Watched) -> None:
    """A list that changes is told to the workers, which stay; an entry that is taken away hides nothing more."""
    await watched.start(workers=2)
    pids = watched.rig.gateway.pool.pids
    assert await watched.sent() == "Relire la note de [PERSON] et de Paul Martin, projet Céladon."
    put(watched.base, "always_hide/patients.txt", PEOPLE + "MARTIN Paul\n")
    put(watched.base, "always_hide/codes.txt", "# kind: code\nprojet Céladon\n")
    assert await watched.said("own_rules_taken") == "own_rules_taken 1 rule files 3 lists"
    assert {await watched.sent() for _ in range(4)} == {"Relire la note de [PERSON] et de [PERSON], [CODE_NAME]."}
    (watched.base / "always_hide" / "codes.txt").unlink()
    await watched.said("own_rules_taken")
    assert await watched.sent() == "Relire la note de [PERSON] et de [PERSON], projet Céladon."
    assert watched.rig.gateway.pool.pids == pids


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("always_hide/patients.txt", f"# kind: person\n{SECRET}\nab\n", "always_hide/patients.txt: 1 wrong"),
        ("always_hide/patients.txt", b"\xff\xfe" + SECRET.encode(), "always_hide/patients.txt: 1 wrong"),
        ("always_hide/staff.hashed", SECRET, "always_hide/staff.hashed: 1 wrong"),
        ("identifiers/badge.yaml", BADGE | {SECRET: SECRET}, "identifiers/badge.yaml: 1 wrong"),
        ("identifiers/badge.yaml", BADGE | {"pattern": ["x", "(?:a+)+b"]}, "identifiers/badge.yaml: 1 wrong"),
        ("identifiers/bomb.yaml", "id: &a [*a]", "identifiers/bomb.yaml: 1 wrong"),
        ("off/nothing.yaml", SECRET, "off/nothing.yaml: 1 wrong"),
        ("endpoints/mine.yaml", SECRET, "endpoints/mine.yaml: 1 wrong"),
        ("identifiers/unwarmable.yaml", BADGE | {"id": "unwarmable"}, "workers could not start"),
        ("Zebulon é\n.txt", "", "Zebulon???.txt: 1 wrong"),
    ],
)
async def test_a_wrong_file_keeps_the_set_at_work(watched: Watched, name: str, content: object, said: str) -> None:
    """The old set hides as before, the log names the file and quotes nothing of it, the admin is told; once it is
    mended, the service takes what is new."""
    await watched.start()
    told: list[str] = []
    assert watched.rig.gateway._own is not None
    watched.rig.gateway._own.tell = told.append
    before = (watched.base / "always_hide" / "patients.txt").read_bytes()
    put(watched.base, name, content)
    line = await watched.said("own_rules_refused")
    assert line.startswith(f"own_rules_refused {said}")
    assert line.endswith(": the set before stays")
    assert told == [own_rules.REFUSED]
    assert await watched.sent() == "Relire la note de [PERSON] et de Paul Martin, projet Céladon."
    (watched.base / name).unlink()
    put(watched.base, "identifiers/badge.yaml", BADGE)
    put(watched.base, "always_hide/patients.txt", before + b"MARTIN Paul\n")
    await watched.said("own_rules_taken")
    assert await watched.sent() == "Relire la note de [PERSON] et de [PERSON], projet Céladon."


async def test_other_rules_go_to_new_workers(watched: Watched) -> None:
    """A request under way ends where it began; those that follow are read by workers with the new rules and lists."""
    await watched.start()
    pids = set(watched.rig.gateway.pool.pids)
    put(watched.base, "always_hide/patients.txt", PEOPLE + "MARTIN Paul\n")
    put(watched.base, "identifiers/badge.yaml", BADGE | {"title": "badge d'un agent"})
    under_way = asyncio.create_task(watched.rig.chat("SLEEPS"))
    await watched.said("own_rules_taken")
    assert await watched.sent() == "Relire la note de [PERSON] et de [PERSON], projet Céladon."
    assert (await under_way).status_code == 200
    assert pids.isdisjoint(watched.rig.gateway.pool.pids)


async def test_a_worker_that_dies_comes_back_with_the_set_at_work(watched: Watched) -> None:
    """Also where the folder is wrong by then."""
    await watched.start()
    put(watched.base, "always_hide/patients.txt", PEOPLE + "MARTIN Paul\n")
    await watched.said("own_rules_taken")
    put(watched.base, "always_hide/patients.txt", SECRET)
    await watched.said("own_rules_refused")
    refused(await watched.rig.chat("DIES"), "scan_failed")
    async with asyncio.timeout(30):
        while not watched.rig.gateway.pool.alive:
            await asyncio.sleep(0.05)
    assert await watched.sent() == "Relire la note de [PERSON] et de [PERSON], projet Céladon."


async def test_a_folder_that_is_gone_is_told(watched: Watched) -> None:
    """The set stays; the folder put back as it was is told too, and a file only touched changes nothing."""
    await watched.start()
    away = watched.base.with_name("away")
    watched.base.rename(away)
    assert "folder: 1 wrong" in await watched.said("own_rules_refused")
    assert "[PERSON]" in await watched.sent()
    away.rename(watched.base)
    await watched.said("own_rules_as_before")
    os.utime(watched.base / "always_hide" / "patients.txt", (1, 1))
    await watched.said("own_rules_as_before")
    assert "[PERSON]" in await watched.sent()


async def test_a_shipped_rule_that_is_off_is_told(watched: Watched) -> None:
    """At the start and whenever the set is taken."""
    off = {"id": "plate", "title": "Plaques gardées", "folder": "identifiers", "why": "Notre parc les cite."}
    put(watched.base, "off/plate.yaml", off)
    await watched.start()
    assert watched.rig.gateway.off == ["identifiers/plate\u00a0: Notre parc les cite."]
    put(watched.base, "always_hide/patients.txt", PEOPLE + "MARTIN Paul\n")
    assert await watched.said("shipped_rule_off") == "shipped_rule_off identifiers/plate"


async def test_a_wrong_folder_does_not_start(watched: Watched) -> None:
    """One line a file, nothing of it quoted, and no process is left."""
    put(watched.base, "always_hide/patients.txt", SECRET)
    put(watched.base, "identifiers/badge.yaml", BADGE | {"id": SECRET})
    with pytest.raises(GatewayError) as caught:
        await watched.start()
    first, second = str(caught.value).splitlines()
    assert first.startswith("own_rules: always_hide/patients.txt: file: begin it with a line")
    assert second.startswith("own_rules: identifiers/badge.yaml: id: ")
    assert SECRET not in str(caught.value)


async def test_a_stop_waits_for_no_folder(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that is told to stop while a folder is looked at stops."""
    await watched.start()
    endless = BADGE | {"pattern": ["(?:(?:(?:a?){40}){40}){40}b"]}
    put(watched.base, "identifiers/badge.yaml", endless)
    await asyncio.sleep(1.5)
    async with asyncio.timeout(20):
        await watched.rig.gateway.stop(drain=0)
    shutil.rmtree(watched.base)
