"""`avec-proxy pac` prints a file for the port that `run` listens on."""

from pathlib import Path

import pytest

from avec_proxy.proxy.pac import pac
from tests.cli.calling import call


def test_it_prints_the_file(tmp_path: Path) -> None:
    """For the port that is given, else the setting's, else the usual one."""
    config = tmp_path / "avec.toml"
    config.write_text("port = 3128\n", encoding="utf-8")
    assert call("pac", "--config", str(config)).out == pac("127.0.0.1", 3128)
    assert call("pac", "--config", str(config), "--port", "9000").out == pac("127.0.0.1", 9000)
    config.write_text("", encoding="utf-8")
    said = call("pac", "--config", str(config))
    assert (said.code, said.out, said.err) == (0, pac("127.0.0.1", 8080), "")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x"])
def test_a_port_that_is_none_is_one_line(port: str) -> None:
    """Exit code 2, nothing printed."""
    said = call("pac", "--port", port)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
