"""Run inside a network namespace of its own: real names, real ports, the real command, clients as users have them.

`python -m tests.proxy.namespace FOLDER`; exits 0 if everything is as it must be.
"""

import asyncio
import json
import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
from openai import AsyncOpenAI

from tests.e2e.harness import RecordingUpstream, leaks
from tests.proxy.conftest import prompt
from tests.proxy.fake_pipeline import MARKER
from tests.proxy.standins import World
from tests.proxy.test_run_passes import mirror

AI, SITE = "198.51.100.2", "203.0.113.3"  # nobody's addresses (RFC 5737), which are not inside
NAMES = {
    **dict.fromkeys(("api.openai.com", "api.anthropic.com", "chatgpt.com"), AI),
    **dict.fromkeys(("site.example", "www.site.example"), SITE),
    "metadata.example": "169.254.169.254",
    "inside.example": "127.0.0.1",
}
_SCRIPT = """
from avec_proxy.proxy import master
made = master.Workstation.__init__
def init(self, settings, authority):
    made(self, settings, authority, pipeline="tests.proxy.fake_pipeline")
master.Workstation.__init__ = init
from avec_proxy.cli import app
if __name__ == "__main__":
    app()
"""


async def main(folder: Path) -> None:
    """Prepare the namespace, start services and proxy, and try them."""
    _prepare(folder)
    world = World(folder)
    ai, site = RecordingUpstream(), RecordingUpstream(answer=mirror)
    await asyncio.start_server(
        ai._serve, AI, 443, ssl=world.certificate("api.openai.com", "api.anthropic.com", "chatgpt.com")
    )
    await asyncio.start_server(site._serve, SITE, 443, ssl=world.certificate("site.example", "www.site.example"))
    await asyncio.start_server(site._serve, SITE, 80)
    script = folder / "avec.py"
    script.write_text(_SCRIPT)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(script), "run", "--port", "8080", "--workers", "1"),
        *("--confdir", str(folder / "ca"), "--upstream-ca", str(world.anchors)),
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(folder)},
    )
    assert process.stderr is not None
    try:
        while line := (await process.stderr.readline()).decode():
            if re.match(r"avec-proxy run listening on http://127\.0\.0\.1:8080$", line):
                break
        await _sdk(folder, ai)
        await _curl(folder, ai, site)
    finally:
        process.terminate()
        await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0


def _prepare(folder: Path) -> None:
    file = folder / "hosts"
    file.write_text("127.0.0.1 localhost\n" + "".join(f"{ip} {name}\n" for name, ip in NAMES.items()))
    addresses = [["ip", "address", "add", f"{address}/32", "dev", "lo"] for address in (AI, SITE)]
    for command in (["ip", "link", "set", "lo", "up"], *addresses, ["mount", "--bind", str(file), "/etc/hosts"]):
        subprocess.run(command, check=True)


async def _sdk(folder: Path, ai: RecordingUpstream) -> None:
    """An SDK by its usual settings: the proxy and the authority."""
    context = ssl.create_default_context(cafile=folder / "ca" / "ca.pem")
    async with httpx.AsyncClient(proxy="http://127.0.0.1:8080", verify=context) as client:
        openai = AsyncOpenAI(api_key="sk-essai", http_client=client)
        stream = await openai.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "MARQUEUR va bien"}], stream=True
        )
        assert "".join([c.choices[0].delta.content or "" async for c in stream if c.choices]) == "MARQUEUR va bien"
    assert [r.prompt for r in ai.requests] == ["[PERSONNE_1] va bien"]
    assert ai.requests[0].headers["host"] == "api.openai.com"
    assert leaks([MARKER], ai.recorded) == []


async def _curl(folder: Path, ai: RecordingUpstream, site: RecordingUpstream) -> None:
    """curl to what is read, what passes, and what is refused."""
    root, web = folder / "ca" / "ca.pem", folder / "web.pem"
    said = await _run(
        "--cacert", root, "--json", json.dumps(prompt("MARQUEUR")), "https://api.openai.com/v1/chat/completions"
    )
    assert json.loads(said)["choices"][0]["message"]["content"] == "MARQUEUR"
    assert await _run("--cacert", web, "-d", "MARQUEUR", "https://site.example/x") == "MARQUEUR"
    assert await _run("-d", "MARQUEUR", "http://site.example/x") == "MARQUEUR"
    assert "PROXY 127.0.0.1:8080" in await _run("--noproxy", "*", "http://127.0.0.1:8080/proxy.pac")
    served, passed = len(ai.requests), len(site.requests)
    page = await _run("--cacert", root, "-H", "accept: text/html", "https://chatgpt.com/")
    assert "pas encore pris en charge" in page
    # our certificate is for the host that is read; a site's own is not replaced by it
    assert await _run("--cacert", root, "https://site.example/x", fails=True) == "60"
    assert await _run("--cacert", web, "https://chatgpt.com/x", fails=True) == "60"
    for target in (
        *("https://metadata.example/", "https://inside.example/", "https://203.0.113.3/", "https://[::1]/"),
        *("https://2130706433/", "https://localhost/", "https://chatgpt.com:8443/", "https://unknown.example/"),
        "https://elevenlabs.io/",
    ):
        assert await _run("--insecure", target, fails=True) == "56", target
    for target in ("http://metadata.example/", "http://169.254.169.254/latest/meta-data/", "http://203.0.113.3/"):
        assert "avec_refusal" in await _run(target)
    assert (len(ai.requests), len(site.requests)) == (served, passed)


async def _run(*arguments: object, fails: bool = False) -> str:
    """Return what curl prints, or its exit code."""
    command = ["curl", "--silent", "--max-time", "20", "--proxy", "http://127.0.0.1:8080", *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    assert (process.returncode != 0) == fails, (command, process.returncode)
    return str(process.returncode) if fails else out.decode()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
