"""`avec-proxy check` keeps its contract: one object, exit codes, and nothing else on standard output."""

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avec_proxy import checking
from avec_proxy.model import Options, Politeness
from tests.cli.calling import call

NAMED = "Mme Maëlle Kervadec tousse."
PLAIN = "Quels sont les signes d'une pneumopathie ?"
KEYS = [
    *("id", "sanitized", "findings", "politeness", "warnings", "risk", "health", "blocked", "reason", "tokens", "ms"),
    "kept",
]


def jsonl(*values: Any) -> str:
    """Return values as JSON lines; strings are lines as they are."""
    return "".join((v if isinstance(v, str) else json.dumps(v)) + "\n" for v in values)


def test_json_prints_one_object_of_the_contract() -> None:
    """The keys stand in the contract's order, a finding says where, what, why and what becomes of it."""
    said = call("check", "--json", stdin=NAMED)
    assert said.code == 1
    assert list(said.object) == KEYS
    (finding,) = said.object["findings"]
    assert list(finding) == ["start", "end", "entity_type", "rule", "score", "placeholder", "action"]
    assert NAMED[finding["start"] : finding["end"]] == "Maëlle Kervadec"
    assert (finding["entity_type"], finding["placeholder"], finding["action"]) == ("PERSON", "[PERSONNE_1]", "hide")
    assert 0 < finding["score"] <= 1
    assert said.object["sanitized"] == "Mme [PERSONNE_1] tousse."
    assert (said.object["id"], said.object["blocked"], said.object["reason"]) == (None, False, "")
    assert said.object["tokens"] == {"before": 7, "after": 6}
    assert said.err == ""


def test_nothing_to_hide_is_zero() -> None:
    """A question without identifiers leaves as it is."""
    said = call("check", "--json", stdin=PLAIN)
    assert (said.code, said.object["sanitized"], said.object["findings"]) == (0, PLAIN, [])


def test_politeness_alone_is_zero() -> None:
    """A formula is removed and reported, and is nothing to hide; the letter after it, now a capital, is not its."""
    text = "Bonjour, quels sont les signes d'une pneumopathie ?"
    said = call("check", "--json", stdin=text)
    assert (said.code, said.object["sanitized"]) == (0, PLAIN)
    (formula,) = said.object["politeness"]
    assert list(formula) == ["start", "end", "rule"]
    assert text[formula["start"] : formula["end"]] == "Bonjour, "


def test_politeness_can_be_kept_or_rewritten() -> None:
    """`off` keeps every word, `rewrite` turns a hedge into the verb."""
    text = "Bonjour, peux-tu résumer ce compte rendu ? Merci !"
    sanitized = {
        mode: call("check", "--json", "--politeness", mode, stdin=text).object["sanitized"]
        for mode in ("on", "off", "rewrite")
    }
    assert sanitized["off"] == text
    assert sanitized["on"] != text
    assert sanitized["rewrite"].startswith("Résum")


def test_warnings_can_be_turned_off() -> None:
    """The coach's hints carry a stable code and a French sentence, and `--coach off` silences them."""
    text = "Compare la maladie de Parkinson et la démence à corps de Lewy. Réponds en un tableau de dix lignes."
    hints = call("check", "--json", stdin=text).object["warnings"]
    assert hints
    assert {h["code"] for h in hints} <= {f"context.{n}" for n in ("objective", "audience", "rules", "sources")}
    assert all(h["message"].endswith(".") for h in hints)
    assert call("check", "--json", "--coach", "off", stdin=text).object["warnings"] == []


def test_what_strict_mode_forbids_is_blocked() -> None:
    """A blocked prompt gives no sanitized text, says why in French, and exits with 1."""
    text = "Le mot de passe : Azerty!234x"
    assert call("check", "--json", stdin=text).object["blocked"] is False
    said = call("check", "--json", "--strictness", "strict", stdin=text)
    assert said.code == 1
    assert (said.object["blocked"], said.object["sanitized"]) == (True, "")
    assert "n'a pas été envoyé" in said.object["reason"]
    assert [f["action"] for f in said.object["findings"]] == ["refuse"]
    assert said.object["findings"][0]["placeholder"] == ""
    assert said.object["tokens"]["after"] == 0


def test_a_typed_placeholder_is_kept() -> None:
    """What is already a placeholder is reported as kept, and does not count as hidden."""
    said = call("check", "--json", stdin="Que faire pour [PERSONNE_1], qui tousse ?")
    assert said.code == 0
    assert {f["action"] for f in said.object["findings"]} <= {"keep"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n ",
        "\0",
        f"\0 {NAMED} \0",
        f"👩‍⚕️👨🏽‍🦽 {NAMED}",
        f"e\u0301te\u0301 \u200d {NAMED}",
        f"{NAMED}\r\n\r\n{NAMED}\r\n",
        f"\ufeff{NAMED}",
        f"\u2028{NAMED}\u0085\x0c{NAMED}",
    ],
)
def test_offsets_count_characters_of_the_input(text: str) -> None:
    """Emoji, combining accents, NUL, byte order mark and Windows newlines are kept and counted as they are."""
    said = call("check", "--json", stdin=text)
    assert said.code == ("Kervadec" in text)
    assert [text[f["start"] : f["end"]] for f in said.object["findings"]] == ["Maëlle Kervadec"] * text.count(NAMED)
    assert said.object["sanitized"] == text.replace("Maëlle Kervadec", "[PERSONNE_1]")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from([NAMED, "\r\n", "06 39 98 12 34", "🩺"])), max_size=6))
def test_the_findings_explain_what_leaves(pieces: list[str]) -> None:
    """Without politeness, replacing each finding by its placeholder gives exactly what leaves."""
    text = " ".join(pieces)
    result = checking.check(text, Options(politeness=Politeness.OFF))
    built, at = "", 0
    for finding in result.findings:
        assert at <= finding.start < finding.end <= len(text)
        built += text[at : finding.start] + finding.placeholder
        at = finding.end
    assert result.sanitized == built + text[at:]


def test_jsonl_answers_line_by_line_in_order() -> None:
    """One object a line with the line's id; blank lines and Windows newlines do not matter."""
    lines = jsonl({"id": "a", "text": PLAIN}, "", {"id": "b", "text": NAMED}, {"id": 7, "text": ""}, {"text": PLAIN})
    for newline in ("\n", "\r\n"):
        said = call("check", "--jsonl", stdin=lines.replace("\n", newline))
        assert said.code == 1
        assert [o["id"] for o in said.objects] == ["a", "b", 7, None]
        assert all(list(o) == KEYS for o in said.objects)
        assert said.objects[1]["sanitized"] == "Mme [PERSONNE_1] tousse."


def test_jsonl_keeps_lines_apart() -> None:
    """Each line is a prompt of its own: numbers begin again."""
    said = call("check", "--jsonl", stdin=jsonl({"id": "1", "text": NAMED}, {"id": "2", "text": "M. Goulven Riou."}))
    assert [o["findings"][0]["placeholder"] for o in said.objects] == ["[PERSONNE_1]", "[PERSONNE_1]"]


def test_jsonl_with_nothing_to_hide_is_zero() -> None:
    """No line at all is nothing to hide, too."""
    assert call("check", "--jsonl", stdin=jsonl({"id": "a", "text": PLAIN})).code == 0
    assert call("check", "--jsonl", stdin="").code == 0


@pytest.mark.parametrize(
    ("line", "id_"),
    [
        ("{", None),
        ("[]", None),
        ('"text"', None),
        ("null", None),
        ('{"id": "x"}', "x"),
        ('{"id": "x", "text": null}', "x"),
        ('{"id": 4, "text": ["Kervadec"]}', 4),
        ('{"id": {"Kervadec": 1}, "text": "a"}', None),
        ('{"id": true, "text": "a"}', None),
        ('{"id": 1.5, "text": "a"}', None),
        ('{"id": "\\ud800", "text": "a"}', None),
        ('{"id": "x", "text": "Kervadec"} {}', None),
        ("[" * 100_000, None),
        ('{"id": ' + "9" * 5000 + ', "text": "a"}', None),
    ],
)
def test_a_bad_line_says_so_and_the_rest_goes_on(line: str, id_: str | int | None) -> None:
    """Its object is id and error, which quotes nothing; the exit code is 2."""
    said = call("check", "--jsonl", stdin=jsonl(line, {"id": "next", "text": NAMED}))
    assert said.code == 2
    bad, good = said.objects
    assert list(bad) == ["id", "error"]
    assert bad["id"] == id_
    assert bad["error"]
    assert "Kervadec" not in bad["error"]
    assert (good["id"], good["sanitized"]) == ("next", "Mme [PERSONNE_1] tousse.")
    assert said.err == ""


def test_a_line_that_is_not_utf8_is_bad() -> None:
    """The lines around it are checked; a byte order mark before the first line is taken for what it is."""
    good = json.dumps({"id": "a", "text": PLAIN}).encode()
    said = call("check", "--jsonl", stdin=b"\xef\xbb\xbf" + good + b'\n{"id": "b", "text": "\xe9"}\n' + good)
    assert said.code == 2
    assert [o.get("error") for o in said.objects] == [None, "the line is not UTF-8", None]


def test_half_a_character_is_blocked() -> None:
    """A lone surrogate, which JSON can write, cannot be sent: blocked, not an error."""
    said = call("check", "--jsonl", stdin='{"id": "a", "text": "\\ud83d Kervadec"}\n')
    assert said.code == 1
    assert (said.object["blocked"], said.object["sanitized"]) == (True, "")
    assert said.object["tokens"]["before"] > 0


def test_the_schema_describes_the_object() -> None:
    """`--schema` needs no prompt and names every key of the object, all required."""
    said = call("check", "--schema", stdin=None)
    assert said.code == 0
    schema = json.loads(said.out)
    assert list(schema["properties"]) == schema["required"] == KEYS
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Action"]["enum"] == ["hide", "keep", "refuse"]


def test_a_file_or_an_argument_goes_before_standard_input(tmp_path: Path) -> None:
    """Standard input is read unless one of them is given; `-` asks for it by name."""
    file = tmp_path / "prompt.txt"
    file.write_bytes(f"{NAMED}\r\n".encode())
    assert call("check", "--json", "--file", str(file), stdin=PLAIN).object["sanitized"].endswith("tousse.\r\n")
    assert call("check", "--json", NAMED, stdin=PLAIN).code == 1
    assert call("check", "--json", "", stdin=NAMED).object["sanitized"] == ""
    assert call("check", "--json", "-", stdin=NAMED).code == 1
    assert call("check", "--json", "--file", "-", stdin=NAMED).code == 1
    lines = tmp_path / "prompts.jsonl"
    lines.write_text(jsonl({"id": "f", "text": PLAIN}), encoding="utf-8")
    assert call("check", "--jsonl", "--file", str(lines), stdin=None).object["id"] == "f"


def test_the_help_says_who_sees_an_argument() -> None:
    """An argument stands in the list of processes."""
    said = call("check", "--help")
    assert said.code == 0
    assert "list of processes" in " ".join(said.out.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["--json"], b"\xe9t\xe9", "the prompt is not UTF-8"),
        (["--json"], "été".encode("utf-16"), "the prompt is not UTF-8"),
        (["Kervadec \udce9"], b"", "the prompt is not UTF-8"),
        (["--json"], None, "no prompt"),
        (["--jsonl"], None, "standard input is closed"),
        (["--file", "Kervadec.txt"], b"", "the file cannot be read"),
        (["--jsonl", "--file", "Kervadec.txt"], b"", "the file cannot be read"),
        (["--file", "."], b"", "the file cannot be read"),
        (["--file", "Kervadec.txt", "Kervadec"], b"", "not both"),
        (["--jsonl", "Kervadec"], b"", "--jsonl reads standard input or --file"),
        (["--jsonl", "--json"], b"", "--json or --jsonl, not both"),
        (["Mme", "Kervadec"], b"", "quotation marks"),
        (["--nope"], b"", "no such option: --nope"),
        (["-Kervadec"], b"", "no such option"),
        (["--politeness", "Kervadec"], b"", "--politeness takes 'on', 'off', 'rewrite'"),
        (["--strictness"], b"", "wrong use of --strictness"),
    ],
)
def test_wrong_usage_is_one_line_that_quotes_nothing(
    arguments: list[str], stdin: bytes | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, nothing on standard output, one line on standard error."""
    monkeypatch.chdir(tmp_path)
    said = call("check", *arguments, stdin=stdin)
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert message in said.err
    assert "Kervadec" not in said.err


def test_an_internal_error_tells_its_type_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of an exception may quote the prompt: never a traceback, never its words."""

    def broken(segments: Any, *rest: Any) -> Any:
        if "Kervadec" in segments[0].text:
            raise KeyError(segments[0].text)
        return real(segments, *rest)

    real = checking.check_segments
    monkeypatch.setattr(checking, "check_segments", broken)
    said = call("check", "--json", stdin=NAMED)
    assert (said.code, said.out) == (2, "")
    assert said.err == "avec-proxy check: internal error (KeyError)\n"
    said = call("check", "--jsonl", stdin=jsonl({"id": "a", "text": NAMED}, {"id": "b", "text": PLAIN}))
    assert said.code == 2
    assert said.objects[0] == {"id": "a", "error": "internal error (KeyError)"}
    assert said.objects[1]["sanitized"] == PLAIN


def test_what_packages_say_stays_off_both_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints, logs and warnings of a package, which may quote the prompt, go nowhere; logging is as before after."""
    real = checking.check_segments

    def noisy(segments: Any, *rest: Any) -> Any:
        print("noise", segments[0].text)
        sys.stdout.write("noise")
        logging.getLogger("some.package").error("noise %s", segments[0].text)
        warnings.warn(f"noise {segments[0].text}", stacklevel=1)
        return real(segments, *rest)

    monkeypatch.setattr(checking, "check_segments", noisy)
    said = call("check", "--json", stdin=NAMED)
    assert said.object["sanitized"] == "Mme [PERSONNE_1] tousse."
    assert said.err == ""
    assert "noise" not in call("check", stdin=NAMED).out
    assert logging.root.manager.disable == logging.NOTSET


def test_loading_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ms` begins when everything is loaded."""
    clock = [0.0]
    monkeypatch.setattr(checking.time, "perf_counter", lambda: clock[0])
    checking.warm.cache_clear()
    monkeypatch.setattr(checking, "load", lambda _strictness: clock.__setitem__(0, clock[0] + 60))
    assert call("check", "--json", stdin=NAMED).object["ms"] == 0
    assert clock[0] == 60
