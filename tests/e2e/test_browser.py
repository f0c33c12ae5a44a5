"""A real browser through `run`: an ordinary site is untouched, a refused AI page explains itself in French."""

import asyncio
import base64
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.e2e.harness import RecordingUpstream, Reply
from tests.proxy.standins import Station, World, station

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None and os.environ.get("CI") == "true":
    pytest.fail("chromium is missing: .ci/run installs it", pytrace=False)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

PAGE = "<!doctype html><meta charset=utf-8><title>Ordinaire</title><p>Page intacte : é à ç œ 1/2 cp</p>"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Station]:
    """Give a proxy, an ordinary https site, and AI services that must hear nothing."""
    world = World(tmp_path)
    html = Reply(PAGE.encode(), headers={"content-type": "text/html; charset=utf-8"})
    await world.serve("site.example", upstream=RecordingUpstream(answer=lambda _request: html))
    await world.serve("chatgpt.com", "chat.mistral.ai")
    async with station(world) as made:
        yield made


async def _dom(here: Station, url: str, profile: Path) -> str:
    """Return the page as the browser has it, trusting the proxy's authority and the site by the hash of their keys."""
    site = x509.load_pem_x509_certificate((here.world.folder / "site.example.pem").read_bytes())
    spki = site.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    hashes = [here.authority.spki_sha256_base64, base64.b64encode(hashlib.sha256(spki).digest()).decode()]
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
        f"--user-data-dir={profile}",
        f"--proxy-server=http://127.0.0.1:{here.port}",
        f"--ignore-certificate-errors-spki-list={','.join(hashes)}",
        "--virtual-time-budget=5000",
        "--dump-dom",
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return out.decode()


async def test_an_ordinary_site_is_untouched(here: Station, tmp_path: Path) -> None:
    """The browser sees the site's page, through a tunnel that nobody opened."""
    page = await _dom(here, "https://site.example/", tmp_path / "profile")
    assert "Page intacte : é à ç œ 1/2 cp" in page
    assert "avec-proxy" not in page


@pytest.mark.parametrize("url", ["https://chatgpt.com/?q=Mme+Rozenn+Calvarin", "https://chat.mistral.ai/chat"])
async def test_a_refused_page_explains_itself_in_french(here: Station, tmp_path: Path, url: str) -> None:
    """Nothing reached the service, and the page says what happened and what to do."""
    page = await _dom(here, url, tmp_path / "profile")
    assert 'lang="fr"' in page
    assert "avec-proxy" in page
    assert "Rien n'est sorti" in page or "n'a pas été" in page
    assert "Calvarin" not in page
    assert here.world.services["chatgpt.com"].connections == 0
