"""Nothing of a prompt is ever written: not to a folder, not to a log, whatever goes wrong."""

import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, RecordingUpstream, Reply, leaks
from tests.e2e.harness.live import LiveUpstream, serving
from tests.e2e.harness.raw import MESSAGES, exchange, one, refusal, request
from tests.e2e.odd import BODY, KEPT, MARKERS, TEXT, chat, js, json_headers
from tests.e2e.odd_bad import BAD
from tests.e2e.odd_broken import BROKEN

# The key is a secret as well, and clinical words are the prompt's.
SECRETS = [*MARKERS, *KEPT, "dyspnée", "bisoprolol", "sk-essai-secrete-1", "PERSONNE_1"]


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def written(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder`, and every name."""
    files = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    names = "\n".join(str(path.relative_to(folder)) for path in folder.rglob("*"))
    return {**files, "names": names.encode()}


def assert_nothing_written(folder: Path) -> None:
    """No secret stands in any file or name below `folder`."""
    for name, content in written(folder).items():
        assert leaks(SECRETS, content) == [], name


@pytest.fixture
def upstream() -> Iterator[LiveUpstream]:
    """Give an upstream of its own."""
    with serving(RecordingUpstream()) as live:
        yield live


def test_nothing_of_a_prompt_is_on_disk_or_in_the_log_after_everything_went_wrong(
    upstream: LiveUpstream, tmp_path: Path
) -> None:
    """Good, bad and broken requests, an upstream that errs and breaks off, a killed worker, an end by SIGTERM."""
    gateway = GatewayProcess(
        tmp_path, upstream.url, "--workers", "1", env={"SSLKEYLOGFILE": str(tmp_path / "keys.txt")}
    )
    try:
        keyed = json_headers(authorization="Bearer sk-essai-secrete-1")
        for data in (request(BODY, keyed), request(js(chat(stream=True)), keyed, MESSAGES)):
            assert one(gateway.port, data).said == TEXT
        for data, _ in BAD.values():
            assert one(gateway.port, data).status in {400, 403, 413, 415, 422}
        for data in BROKEN.values():
            exchange(gateway.port, data, half_close=True)
        for reply in (
            Reply(b'{"error": "Mme Rozenn Calvarin"}', status=500),
            Reply(js({"choices": TEXT}) * 2),
            Reply(BODY, cut=40, frame=20),
            Reply(raw=b"HTTP/1.1 200 Calvarin\r\nx: " + TEXT.encode() + b"\r\n\r\n"),
            Reply(raw=TEXT.encode()),
            Reply(
                b"data: " + BODY + b"\n\n", headers={"content-type": "text/event-stream", "x-note": "Calvarin"}, cut=30
            ),
            Reply(BODY, headers={"content-type": "application/json", "content-encoding": "gzip"}),
            Reply(b"", status=302, headers={"location": "http://calvarin.fr/"}),
        ):
            upstream.answer(lambda _request, reply=reply: reply)
            exchange(gateway.port, request(BODY, keyed), timeout=2, patient=False)
        (worker,) = gateway.workers()
        worker.kill()
        exchange(gateway.port, request(BODY, keyed))
        assert gateway.stop() == 0
    finally:
        gateway.kill()
    log = gateway.err.read_text()
    assert "worker_lost" in log
    assert "refused" in log
    assert gateway.out.read_bytes() == b""
    assert not (tmp_path / "keys.txt").exists()
    assert_nothing_written(tmp_path)


def test_it_starts_without_its_upstream_and_contacts_nobody_by_itself(tmp_path: Path) -> None:
    """A request is answered in French when the upstream is down, and served when it is up; nothing is kept."""
    down = free_port()
    gateway = GatewayProcess(tmp_path, f"http://127.0.0.1:{down}", "--workers", "1")
    try:
        for path in ("/v1/chat/completions", MESSAGES):
            answer = one(gateway.port, request(BODY, path=path))
            assert answer.status == 502
            assert answer.json["error"]["type"] == "avec_refusal"
            assert answer.json["error"]["code"] == "upstream_unreachable"
            assert "Le service d'IA ne répond pas" in answer.json["error"]["message"]
        with socket.create_server(("127.0.0.1", down)) as listener:
            listener.settimeout(1)
            with pytest.raises(TimeoutError):
                listener.accept()
        assert gateway.stop() == 0
    finally:
        gateway.kill()
    assert_nothing_written(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX")
def test_it_runs_without_state_where_its_folders_cannot_be_written(upstream: LiveUpstream, tmp_path: Path) -> None:
    """It says that it keeps no state, if it would keep any, and serves."""
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    names = ("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    # an administrator writes through permissions, but not into /proc
    nowhere = dict.fromkeys(names, "/proc/avec-nowhere" if Path("/proc").is_dir() else str(locked))
    gateway = GatewayProcess(tmp_path / "run", upstream.url, "--workers", "1", env=nowhere)
    try:
        assert one(gateway.port, request(BODY)).said == TEXT
        assert gateway.stop() == 0
    finally:
        gateway.kill()
    assert list(locked.iterdir()) == []
    assert_nothing_written(tmp_path)


def test_the_answer_of_an_upstream_that_fails_is_shown_restored(
    gateway: GatewayProcess, shared_upstream: LiveUpstream
) -> None:
    """A provider's own error goes on with its status; a refusal is never mistaken for it."""
    shared_upstream.forget()

    def err(received: Received) -> Reply:
        message = f"Prompt refusé : {received.prompt[:20]}"
        return Reply(json.dumps({"error": {"message": message, "type": "invalid"}}).encode(), status=429)

    shared_upstream.answer(err)
    answer = one(gateway.port, request(BODY))
    assert (answer.status, answer.json["error"]["type"]) == (429, "invalid")
    assert answer.json["error"]["message"].startswith("Prompt refusé : Mme Rozenn Calvarin")
    shared_upstream.answer(None)
    assert refusal(one(gateway.port, request(BODY[:-1])))["code"] == "body_unreadable"
