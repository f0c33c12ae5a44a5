"""The judge of the demonstration sees every broken promise in what the stand-in recorded."""

import json

import pytest

from avec_proxy.demo import judge
from avec_proxy.demo.scenes import SCENES, Scene
from avec_proxy.demo.standin import Received, answer

SCENE = Scene("Essai", "openai", True, (), ("Kervadec", "92", "06 39 98 12 34"), ("furosémide",))
TYPED = "Mme Kervadec, 92 ans, prend du furosémide. Son numéro est le 06 39 98 12 34"
LEFT = "Mme [PERSONNE_1], [AGE_1 : 90 ans ou plus] ans, prend du furosémide. Son numéro est le [TELEPHONE_1]"
SEEN = answer(LEFT).replace("[PERSONNE_1]", "Kervadec").replace("[AGE_1 : 90 ans ou plus]", "92")
SEEN = SEEN.replace("[TELEPHONE_1]", "06 39 98 12 34")


def request(body: str = LEFT, line: str = "POST /v1/chat/completions", headers: str = "Content-Length: 92") -> Received:
    """Return a request whose last message is `body`."""
    return Received(line, headers, json.dumps({"messages": [{"role": "user", "content": body}]}).encode())


def judged(*received: Received, left: str = LEFT, came: str | None = None, seen: str = SEEN) -> list[str]:
    """Return the faults of a turn that is good but for what is given."""
    return judge.faults(SCENE, TYPED, received or [request()], left, answer(left) if came is None else came, seen)


def test_a_good_turn_has_no_fault() -> None:
    """A small number in a header is no leak."""
    assert judged() == []


@pytest.mark.parametrize(
    "leak",
    [
        request("Kervadec"),
        request("KERVADEC."),
        request("92 ans"),
        request("le 0639981234"),
        request("le 06\u202f39 98 12 34"),
        request(line="POST /v1/chat/completions?q=kervadec"),
        request(line="GET /Kerv%61dec"),
        request(headers="X-User: Kervadec"),
        Received("POST /", "", json.dumps({"Kervadec": 1}).encode()),
        Received("POST /", "", b'{"a": "\\u004bervadec"}'),
        Received("POST /", "", b"Kervadec, not JSON"),
    ],
)
def test_an_identifier_that_left_is_seen(leak: Received) -> None:
    """In any case, escaped, without its spaces, in keys, target and headers, and in a body that is not JSON."""
    assert judge.LEFT in judged(leak)


def test_a_word_that_only_contains_an_identifier_is_none() -> None:
    """«192» does not tell that somebody is 92."""
    assert judged(request(LEFT + " 192")) == []


@pytest.mark.parametrize(
    "seen",
    [
        SEEN[:-1],
        SEEN + " ",
        SEEN.replace("Kervadec", "Riou"),
        SEEN.replace("06 39 98 12 34", "0639981234"),
        SEEN.rpartition("\n")[0],
        SEEN + "\n- Mme",
        SEEN.replace("prend", "Prend"),
        "",
        answer(TYPED),
    ],
)
def test_a_reply_that_is_not_exact_is_seen(seen: str) -> None:
    """A character less or more, another value, another form of it, a line too few or too many."""
    assert judge.NOT_EXACT in judged(seen=seen)


def test_a_placeholder_that_the_user_sees_is_a_fault() -> None:
    """However the model wrote it."""
    assert judge.NOT_RESTORED in judged(seen=SEEN.replace("Kervadec", "[personne 1]"))


def test_a_damaged_clinical_word_is_a_fault() -> None:
    """What must stay must be in what left."""
    assert judge.DAMAGED in judged(left=LEFT.replace("furosémide", "[PERSONNE_2]"))


def test_a_request_arrives_once() -> None:
    """Neither lost nor sent twice."""
    assert judge.NOT_ONCE in judge.faults(SCENE, TYPED, [], LEFT, answer(LEFT), SEEN)
    assert judge.NOT_ONCE in judged(request(), request())


def test_the_scenes_can_be_judged() -> None:
    """What must not and what must leave is really typed, and the sentences of each scene can be told apart."""
    for scene in SCENES:
        typed = "\n".join(scene.turns)
        assert all(word in typed for word in (*scene.identifiers, *scene.kept))
    assert any(scene.identifiers for scene in SCENES)
    assert any(not scene.identifiers for scene in SCENES)
    assert {scene.sdk for scene in SCENES} == {"openai", "anthropic"}
    assert any(len(scene.turns) > 1 for scene in SCENES)
