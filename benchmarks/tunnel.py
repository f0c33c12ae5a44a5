"""What `run` costs a site that it does not read, as ratios against a bare mitmproxy tunnel, in turn in one run.

`python -m benchmarks.tunnel`. A plain TCP server on loopback stands for the site; a tunnel does not look inside.
Prints: round trip of 1 byte (p50, p95), throughput of 200 MB, p95 of opening a tunnel.
"""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

MEGABYTES = 200
PINGS = 2000
OPENINGS = 60
_BARE = """
import asyncio
from mitmproxy import options
from mitmproxy.tools.dump import DumpMaster
class Report:
    def running(self):
        async def report():
            server = master.addons.get("proxyserver")
            while not server.listen_addrs():
                await asyncio.sleep(0.01)
            print(server.listen_addrs()[0][1], flush=True)
        self.task = asyncio.ensure_future(report())
async def main():
    global master
    master = DumpMaster(options.Options(mode=["regular@127.0.0.1:0"], ignore_hosts=[".*"]), with_termlog=False, with_dumper=False)
    master.addons.add(Report())
    await master.run()
asyncio.run(main())
"""


def _site() -> int:
    """Serve: the first byte says what to do: p echoes single bytes, d sends the megabytes."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if client.recv(1) == b"d":
                block = bytes(1 << 20)
                for _ in range(MEGABYTES):
                    client.sendall(block)
            else:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while byte := client.recv(1):
                    client.sendall(byte)

    def accept() -> None:
        while True:
            threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(server.getsockname()[1])


@contextlib.contextmanager
def _open(proxy: int, site: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(f"CONNECT localhost:{site} HTTP/1.1\r\nHost: localhost:{site}\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(4096)
            if not piece:
                break
            head += piece
        assert b" 200 " in head, head
        yield client


def _measure(proxy: int, site: int) -> tuple[list[float], float, list[float]]:
    """Return round trips (ms), throughput (MB/s), openings (ms)."""
    trips, openings = [], []
    with _open(proxy, site) as client:
        client.sendall(b"p")
        for _ in range(PINGS):
            begun = time.perf_counter()
            client.sendall(b"x")
            client.recv(1)
            trips.append((time.perf_counter() - begun) * 1000)
    with _open(proxy, site) as client:
        begun, left = time.perf_counter(), MEGABYTES << 20
        client.sendall(b"d")
        while left:
            left -= len(client.recv(1 << 18))
        speed = MEGABYTES / (time.perf_counter() - begun)
    for _ in range(OPENINGS):
        begun = time.perf_counter()
        with _open(proxy, site):
            openings.append((time.perf_counter() - begun) * 1000)
    return trips, speed, openings


def main() -> None:
    """Run every measurement, twice in turn, and print the medians' ratios."""
    site = _site()
    environment = {
        **os.environ,
        "AVEC_ALLOW_PRIVATE": '["localhost"]',
        "AVEC_PORTS": f"[{site}]",
        "AVEC_USAGE": "off",
        "AVEC_WORKERS": "1",
    }
    bare = subprocess.Popen([sys.executable, "-c", _BARE], stdout=subprocess.PIPE, text=True)
    ours = subprocess.Popen(
        [str(Path(sys.executable).with_name("avec-proxy")), "run", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert bare.stdout is not None
        assert ours.stderr is not None
        bare_port = int(bare.stdout.readline())
        our_port = next(int(line.rsplit(":", 1)[1]) for line in ours.stderr if "listening" in line)
        rounds = [(_measure(bare_port, site), _measure(our_port, site)) for _ in range(3)]
    finally:
        for process in (bare, ours):
            process.terminate()
            process.wait(20)

    def line(what: str, a: float, b: float, unit: str) -> None:
        print(f"{what:24s} mitmproxy {a:8.2f} {unit}   avec-proxy {b:8.2f} {unit}   ratio {b / a:5.2f}")

    for what, q in (("round trip p50", 50), ("round trip p95", 95)):
        line(
            what,
            *(statistics.median(statistics.quantiles(r[i][0], n=100)[q - 1] for r in rounds) for i in (0, 1)),
            "ms",
        )
    line("throughput", *(statistics.median(r[i][1] for r in rounds) for i in (0, 1)), "MB/s")
    line(
        "opening p95",
        *(statistics.median(statistics.quantiles(r[i][2], n=100)[94] for r in rounds) for i in (0, 1)),
        "ms",
    )


if __name__ == "__main__":
    main()
