"""The PAC file, run as a browser runs it, agrees with the proxy on every host."""

import json
import shutil
import subprocess

import pytest

from avec_proxy import hosts
from avec_proxy.hosts import READ, HostClass
from avec_proxy.proxy.pac import pac

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no JavaScript engine (node) is installed")
ANY = ("zz9.{}", "{}", "x{}", "{}.exemple.fr", "a.b.{}")
ODD = [
    *("www.exemple.fr", "localhost", "127.0.0.1", "::1", "constructor", "toString.com", "__proto__", "com", ""),
    *("bedrock-runtime.eu-west-3.amazonaws.com", "s3.eu-west-3.amazonaws.com", "euw-aiplatform.googleapis.com"),
    *("intranet", "images.blob.core.windows.net", "API.OpenAI.com", "api.openai.com.", "CHATGPT.COM."),
]


def decisions(text: str, names: list[str]) -> list[str]:
    """Return what the PAC file `text` says of each host, in a fresh engine without anything of node's."""
    script = (
        "const vm=require('vm');const [t,h]=JSON.parse(require('fs').readFileSync(0));const c=vm.createContext({});"
        "vm.runInContext(t,c);console.log(JSON.stringify(h.map(x=>c.FindProxyForURL('https://'+x+'/',x))))"
    )
    done = subprocess.run(
        [str(NODE), "-e", script], input=json.dumps([text, names]), capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(done.stdout)
    return found


@needs_node
def test_it_agrees_with_the_proxy_on_every_host() -> None:
    """All listed names, names around them, wildcards, addresses, other sites: AI to the proxy, the rest directly."""
    table = hosts.table()
    listed = [*table.exact, *table.suffixes, *(p.replace("*", "eu-1") for p, _ in table.wildcards)]
    names = [form.format(name) for name in listed for form in ANY] + ODD
    said = decisions(pac("127.0.0.1", 8080), names)
    ai = {*READ, HostClass.OTHER}
    wanted = ["PROXY 127.0.0.1:8080" if hosts.classify(name) in ai else "DIRECT" for name in names]
    assert [(n, s) for n, s, w in zip(names, said, wanted, strict=True) if s != w] == []
    assert 500 < wanted.count("DIRECT") < len(wanted) - 500


@needs_node
@pytest.mark.parametrize(("host", "port", "wanted"), [("::1", 8080, "[::1]:8080"), ("Poste12", 3128, "poste12:3128")])
def test_the_proxy_is_written_as_browsers_read_it(host: str, port: int, wanted: str) -> None:
    """An IPv6 address in brackets; never a way past the proxy."""
    (said,) = decisions(pac(host, port), ["claude.ai"])
    assert said == f"PROXY {wanted}"


def test_it_is_plain_old_ascii_javascript() -> None:
    """Old engines read it: no letter beyond ASCII, nothing newer than ES3."""
    text = pac("127.0.0.1", 8080)
    assert text.isascii()
    assert not any(word in text for word in ("=>", "const ", "let ", "`", "endsWith", "includes("))
    assert len(text) < 40_000


@pytest.mark.parametrize(("host", "port"), [('x"; evil()', 1), ("", 1), ("a b", 1), ("127.0.0.1", 0), ("::1", 65536)])
def test_nothing_else_gets_into_the_script(host: str, port: int) -> None:
    """What is no host or no port is not written."""
    with pytest.raises(ValueError, match="not a"):
        pac(host, port)
