"""Many people at once while workers die and hang: everybody gets their own values or a refusal, and it goes on."""

import contextlib
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import RecordingUpstream
from tests.e2e.harness.live import LiveUpstream, serving
from tests.e2e.harness.raw import MESSAGES, Answer, one, request
from tests.e2e.odd import chat, js

WORKERS = 2
CLIENTS = 16
TROUBLES = 10
_FIRST = "Aldebert Briselaine Cunégonde Dorimène Eudoxie Fulgence Gontran Hildegarde".split()
_LAST = "Quintrel Vasselou Merzouan Kerdraval Ploubiran Saintonval Yvorel Zabrowiec".split()
PATIENTS = [f"{_FIRST[i % 8]} {_LAST[(i + i // 8) % 8]}" for i in range(CLIENTS)]


def text_of(client: int) -> str:
    """Return the prompt of one client: name, birth date and phone are nobody else's."""
    day, phone = client + 1, f"06 39 98 {client + 10:02d} {client + 50:02d}"
    return f"Mme {PATIENTS[client]}, née le {day:02d}/03/19{client + 40}, tél. {phone}, sous furosémide 40 mg."


MARKERS = [
    *_FIRST, *_LAST, *(f"06 39 98 {c + 10:02d} {c + 50:02d}" for c in range(CLIENTS)),
    *(f"{c + 1:02d}/03/19{c + 40}" for c in range(CLIENTS)),
]  # fmt: skip


@pytest.fixture(scope="module")
def upstream() -> Iterator[LiveUpstream]:
    """Give an upstream of its own."""
    with serving(RecordingUpstream()) as live:
        yield live


@pytest.fixture(scope="module")
def gateway(upstream: LiveUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """Give a gateway that may be broken, with a short patience."""
    folder = tmp_path_factory.mktemp("concurrency")
    process = GatewayProcess(folder, upstream.url, "--workers", str(WORKERS), "--scan-timeout", "4")
    yield process
    process.kill()


def ask(gateway: GatewayProcess, client: int) -> Answer:
    """Ask one client's question: half of them streamed, half of each provider."""
    body = js(chat(text_of(client), stream=client % 2 == 0))
    return one(gateway.port, request(body, path=MESSAGES) if client % 4 > 1 else request(body))


def trouble(gateway: GatewayProcess, over: threading.Event) -> None:
    """Stop a worker and kill nine, then say that it is over; the gateway has to find out about the stopped one."""
    chance = random.Random(7)
    done = 0
    while done < TROUBLES and not over.wait(chance.uniform(0.2, 0.9)):
        for worker in chance.sample(gateway.workers(), k=min(1, len(gateway.workers()))):
            with contextlib.suppress(psutil.Error):
                worker.send_signal(signal.SIGKILL if done else signal.SIGSTOP)  # the first one is warm
                done += 1
    over.set()


def until(condition: object, seconds: float = 60) -> bool:
    """Wait until `condition()` holds."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_sixteen_clients_get_their_own_values_and_nobody_elses(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Without trouble, each of them is served."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(lambda client: ask(gateway, client), range(CLIENTS)))
    assert [answer.said for answer in found] == [text_of(client) for client in range(CLIENTS)]
    upstream.assert_clean(MARKERS)


def test_while_workers_are_killed_and_hung_each_is_served_or_refused(
    gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """Nobody hangs, nobody sees another's values, nothing leaks; then all workers are back."""
    over = threading.Event()

    def keep_asking(client: int) -> list[Answer]:
        found = [ask(gateway, client)]
        while not over.is_set():
            found.append(ask(gateway, client))
        return found

    troubling = threading.Thread(target=trouble, args=(gateway, over))
    troubling.start()
    try:
        with ThreadPoolExecutor(CLIENTS) as clients:
            found = list(clients.map(keep_asking, range(CLIENTS)))
    finally:
        over.set()
        troubling.join()
    outcomes = [(client, answer) for client, answers in enumerate(found) for answer in answers]
    assert len({answer.status for _, answer in outcomes}) > 1  # some were served, some were hit
    for client, answer in outcomes:
        if answer.status == 200:
            assert answer.said == text_of(client)
        else:
            assert (answer.status, answer.headers["x-avec-refusal"]) in {
                (422, "scan_failed"), (422, "scan_timeout"), (503, "overloaded"),
            }  # fmt: skip
            assert not [marker for marker in MARKERS if marker in answer.body.decode()]
    upstream.assert_clean(MARKERS)


def test_afterwards_all_workers_are_back_and_serve(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """A stopped worker is found out by the first request that it keeps waiting, then replaced."""

    def served() -> bool:
        with ThreadPoolExecutor(WORKERS * 2) as clients:
            found = list(clients.map(lambda client: ask(gateway, client), range(WORKERS * 2)))
        return all(answer.status == 200 for answer in found)

    assert until(served)
    assert until(lambda: len(gateway.workers()) == WORKERS)
    assert until(lambda: psutil.STATUS_STOPPED not in [worker.status() for worker in gateway.workers()])


def test_sigterm_ends_everything_even_a_stopped_worker(gateway: GatewayProcess) -> None:
    """Within 15 s, with exit code 0 and no process left."""
    started = psutil.Process(gateway.process.pid).children(recursive=True)
    assert len(started) >= WORKERS
    gateway.workers()[0].send_signal(signal.SIGSTOP)
    assert gateway.stop(15) == 0
    _, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []


def test_a_killed_gateway_leaves_no_worker_behind(upstream: LiveUpstream, tmp_path: Path) -> None:
    """SIGKILL gives it no time to clean up; its workers end by themselves."""
    gateway = GatewayProcess(tmp_path, upstream.url, "--workers", "1")
    started = psutil.Process(gateway.process.pid).children(recursive=True)
    gateway.process.kill()
    gateway.process.wait(10)
    _, alive = psutil.wait_procs(started, timeout=10)
    assert alive == []
