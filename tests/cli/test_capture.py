"""`avec-proxy capture`: what an exchange is made of, for support."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import call

SECRETS = ["Calvarin", "calvarin", "80417733", "sk-secret", "thread_8f3k", "session"]


def entry(**changes: Any) -> dict[str, Any]:
    """Return an exchange as a browser saves it."""
    asked = {
        "method": "POST",
        "url": "https://api.cohere.com/v3/talk/calvarin/stream?calvarin=1&stream=true#calvarin",
        "headers": [{"name": "authorization", "value": "Bearer sk-secret"}, {"name": "cookie", "value": "session=1"}],
        "postData": {
            "mimeType": "application/json",
            "text": json.dumps({"message": "Mme Calvarin", "thread_8f3k": {"ipp": 80417733}}),
        },
    }
    said = b'data: {"text":"Mme Calvarin"}\n\n'
    answered = {
        "status": 200,
        "content": {"mimeType": "text/event-stream", "encoding": "base64", "text": base64.b64encode(said).decode()},
    }
    return {"request": asked, "response": answered} | changes


def har(folder: Path, *entries: Any) -> str:
    """Write a HAR; return its path."""
    file = folder / "calvarin.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
    return str(file)


def test_a_har_is_told_without_a_word_of_it(tmp_path: Path) -> None:
    """Method, known host, path of words, shapes; the same in the file as on the screen."""
    out = tmp_path / "shape.json"
    get = entry(request={"method": "GET", "url": "https://api.cohere.com/x", "headers": []})
    said = call("capture", har(tmp_path, entry(), get), "--out", str(out))
    assert (said.code, said.err) == (0, "")
    assert out.read_text(encoding="ascii") == said.out
    assert json.loads(said.out) == {
        "exchanges": [
            {
                "method": "POST",
                "host": "api.cohere.com",
                "path": "/v3/*/*/stream",
                "query": ["*", "stream"],
                "request": {
                    "media": "application/json",
                    "empty": False,
                    "json": {"message": "string", "*": {"*": "integer"}},
                },
                "status": 200,
                "reply": {
                    "media": "text/event-stream",
                    "empty": False,
                    "events": {"list": "1", "of": [{"text": "string"}]},
                },
            }
        ]
    }
    assert not [secret for secret in SECRETS if secret in said.out]


def test_bodies_alone_are_told(tmp_path: Path) -> None:
    """A request's and a reply's file, with their types; an unknown host is not named."""
    asked, answered = tmp_path / "a", tmp_path / "b"
    asked.write_text('{"prompt":"Calvarin"}', encoding="utf-8")
    answered.write_text("Calvarin", encoding="utf-8")
    said = call(
        "capture", "--request", str(asked), "--reply", str(answered), "--reply-type", "text/plain",
        "--url", "https://calvarin:sk-secret@calvarin.example:8443/v1/chat",
    )  # fmt: skip
    (told,) = json.loads(said.out)["exchanges"]
    assert (told["host"], told["path"]) == ("*", "/v1/chat")
    assert told["request"]["json"] == {"prompt": "string"}
    assert told["reply"]["form"] == "text"
    assert not [secret for secret in SECRETS if secret in said.out]


def test_a_customers_own_name_in_a_host_is_not_told(tmp_path: Path) -> None:
    """Azure's hosts begin with what a hospital called its resource."""
    asked = tmp_path / "a"
    asked.write_text("{}", encoding="utf-8")
    url = "https://calvarin.openai.azure.com/openai/deployments/Calvarin/chat/completions"
    (told,) = json.loads(call("capture", "--request", str(asked), "--url", url).out)["exchanges"]
    assert told["host"] == "*.openai.azure.com"
    assert "calvarin" not in json.dumps(told).lower()


@pytest.mark.parametrize(
    "content",
    ["", "Calvarin", "[]", '{"log":{}}', '{"log":{"entries":[3]}}', '{"log":{"entries":[{"request":{}}]}}', "[" * 9999],
)
def test_what_is_no_har_is_one_line(content: str, tmp_path: Path) -> None:
    """It quotes nothing."""
    file = tmp_path / "x.har"
    file.write_text(content, encoding="utf-8")
    said = call("capture", str(file))
    assert (said.code, said.out, said.err) == (2, "", "avec-proxy: the file is no HAR\n")


def test_wrong_usage_is_one_line(tmp_path: Path) -> None:
    """Nothing given, both given, a file that is missing, one that would be overwritten."""
    file = har(tmp_path, entry())
    for arguments in ((), (file, "--request", file), (str(tmp_path / "none"),), (file, "--out", file)):
        said = call("capture", *arguments)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith("avec-proxy: ")
        assert said.err.count("\n") == 1
