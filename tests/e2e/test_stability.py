"""Placeholders over a conversation: the same history leaves as the same bytes, and each stands for one value only."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness import Received, Reply
from tests.e2e.harness.live import LiveUpstream
from tests.e2e.harness.raw import CHAT, MESSAGES, Answer, answers, exchange, one, request
from tests.e2e.harness.upstream import anthropic_events, anthropic_message, openai_events, openai_message
from tests.e2e.odd import chat, js

TURNS = (
    "Mme Aliénor Brezolles, née le 09/06/1947, IPP 84512963, hospitalisée le 3 février 2026 pour une pneumopathie.",
    "Son fils, M. Tancrède Brezolles, tél. 06 39 98 20 31, demande quand elle sort. Mieux depuis le 7 février 2026.",
    "Mme Brezolles habite 14 rue des Tilleuls, 29000 Quimper. Voir [fig 2] et [fig 1]. Vu le Dr Ysengrin Cadoudal.",
    "Et Mme Sidonie Marzolet, sa voisine de chambre, née le 21/12/1939, a les mêmes symptômes : que surveiller ?",
    "Résume pour le médecin traitant de Mme Brezolles et de Mme Marzolet, en 8 lignes.",
)
MARKERS = [
    *("Aliénor", "Brezolles", "09/06/1947", "84512963", "3 février 2026", "Tancrède", "06 39 98 20 31"),
    *("Tilleuls", "Quimper", "Ysengrin", "Cadoudal", "Sidonie", "Marzolet", "21/12/1939"),
]
BOTH = pytest.mark.parametrize("path", [CHAT, MESSAGES], ids=["openai", "anthropic"])
WAYS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def says(text: str, piece: int = 3) -> Callable[[Received], Reply]:
    """Return an answer that says `text`, as the request asks for it."""

    def answer(received: Received) -> Reply:
        claude = "/messages" in received.target
        if not received.json.get("stream"):
            return Reply((anthropic_message if claude else openai_message)(text))
        pieces = [text[i : i + piece] for i in range(0, len(text), piece)]
        events = (anthropic_events if claude else openai_events)(pieces)
        return Reply(events, headers={"content-type": "text/event-stream"}, frame=7, chunked=True)

    return answer


def ask(gateway: GatewayProcess, body: dict[str, Any], path: str = CHAT) -> Answer:
    """Send a body and return the answer, which must be a reply."""
    answer = one(gateway.port, request(js(body), path=path))
    assert answer.status == 200, answer
    return answer


def converse(gateway: GatewayProcess, turns: tuple[str, ...], path: str, **more: Any) -> list[dict[str, Any]]:
    """Hold a conversation as a program does, sending the whole history each time; return its messages."""
    messages: list[dict[str, Any]] = []
    for turn in turns:
        messages.append({"role": "user", "content": turn})
        said = ask(gateway, {"model": "m", "max_tokens": 300, "messages": messages, **more}, path).said
        assert said == turn
        messages.append({"role": "assistant", "content": said})
    return messages


@BOTH
@WAYS
def test_a_history_leaves_as_the_same_bytes_at_every_turn(
    path: str, stream: bool, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """A provider's prompt cache can rely on it, and so can a model that reads on."""
    converse(gateway, TURNS, path, stream=stream)
    sent = [json.dumps(r.json["messages"], ensure_ascii=False)[:-1] for r in upstream.requests]
    assert len(sent) == len(TURNS)
    for earlier, later in pairwise(sent):
        assert later.startswith(earlier)
    upstream.assert_clean(MARKERS)


def test_two_conversations_with_the_same_history_leave_as_the_same_bytes(
    gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """Nothing is remembered between requests, and nothing is left to chance."""
    converse(gateway, TURNS, CHAT)
    converse(gateway, TURNS, CHAT)
    bodies = [r.body for r in upstream.requests]
    assert bodies[: len(TURNS)] == bodies[len(TURNS) :]


def test_people_are_told_apart_and_recognised(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """Mother, son, doctor and neighbour have numbers of their own; references in brackets stay as they are."""
    converse(gateway, TURNS, CHAT)
    sent = [m["content"] for m in upstream.requests[-1].json["messages"] if m["role"] == "user"]
    assert "Mme [PERSONNE_1]" in sent[0]
    assert "M. [PERSONNE_2]" in sent[1]
    assert "[fig 2] et [fig 1]" in sent[2]
    numbers = {
        sent[n].partition(word)[2].partition("[PERSONNE_")[2][0] for n, word in ((0, "Mme"), (1, "M."), (2, "Dr"))
    }
    assert len(numbers) == 3


@BOTH
@WAYS
def test_a_typed_placeholder_never_becomes_somebody(
    path: str, stream: bool, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """Typed before, after or beside a name, in any writing, it comes back as typed."""
    turns = (
        "Que veut dire [PERSONNE_1] dans un texte ? Et [PERSONNE_2 : 75 ans], [NIR_1], [personne 1] ?",
        "Mme Aliénor Brezolles et M. Tancrède Brezolles, NIR 2 47 06 29 019 118 27, ont [PERSONNE_1] et [PERSONNE_3].",
        "[PERSONNE_4], [PERSONNE_5_B] et \\[PERSONNE\\_2\\] sont dans la salle d'attente avec Mme Brezolles.",
    )
    converse(gateway, turns, path, stream=stream)
    upstream.assert_clean(["Aliénor", "Brezolles", "Tancrède", "247062901911827"])


@WAYS
def test_placeholders_in_somebody_elses_words_are_restored_as_they_stand_for(
    stream: bool, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """A typed [PERSONNE_1] and a hidden Mme Brezolles have keys of their own, whichever the model says."""
    ask(gateway, chat("Mme Aliénor Brezolles et [PERSONNE_1] attendent.", stream=stream))
    left = upstream.requests[0].prompt
    first, second = (left[i : left.index("]", i) + 1] for i in (left.index("["), left.rindex("[")))
    assert first != second
    upstream.answer(says(f"{second} puis {first}"))
    assert ask(gateway, chat("Mme Aliénor Brezolles et [PERSONNE_1] attendent.", stream=stream)).said == (
        "[PERSONNE_1] puis Aliénor Brezolles"
    )


SPELLINGS = (
    *("[PERSONNE_1]", "[personne_1]", "[Personne 1]", "[ PERSONNE_1 ]", "[PERSONNE-1]", "[PERSONNE1]"),
    *("\\[PERSONNE\\_1\\]", "[PERSONNE_1 : la patiente]", "[PERSONNE_1:]", "[PERSONNE _ 1]", "**[PERSONNE_1]**"),
    "«\u00a0[PERSONNE_1]\u00a0»",
)


@BOTH
@WAYS
def test_a_model_that_writes_placeholders_its_own_way_is_understood(
    path: str, stream: bool, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """Hint dropped or changed, case, spaces, Markdown: the value stands there."""
    upstream.answer(says(" | ".join(SPELLINGS) + " | [naissance_1] | [NAISSANCE_1 : 78 ans]", piece=1))
    said = ask(gateway, chat(TURNS[0], stream=stream), path).said.split(" | ")
    assert len(said) == len(SPELLINGS) + 2
    assert all("Aliénor Brezolles" in piece and "[" not in piece for piece in said[:-2]), said
    assert said[-2:] == ["09/06/1947", "09/06/1947"]


UNISSUED = (
    "[PERSONNE_7] [PERSONNE_1_C] [DATE_9 : J+2] [PERSONNE] [TODO] [1] [x](http://a.fr/[1]) - [ ] tâche, [PERSONNE_7"
)


@BOTH
@WAYS
def test_what_was_not_issued_is_not_touched(
    path: str, stream: bool, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """Invented placeholders, lists, links and a placeholder that never ends are shown as the model wrote them."""
    upstream.answer(says(UNISSUED, piece=1))
    assert ask(gateway, chat(TURNS[0], stream=stream), path).said == UNISSUED


@BOTH
@WAYS
def test_the_values_of_one_request_are_never_those_of_another(
    path: str, stream: bool, gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """Also on one connection, and for one user: a request that hid nobody restores nobody."""
    upstream.answer(says("[PERSONNE_1] et [NAISSANCE_1], [IPP_1]"))
    bodies = [
        chat(TURNS[0], stream=stream),
        chat("Que surveiller sous amiodarone ?", stream=stream),
        chat(TURNS[3], stream=stream),
    ]
    pieces = [request(js(body), path=path, close=body is bodies[-1]) for body in bodies]
    first, second, third = answers(exchange(gateway.port, *pieces))
    assert first.said == "Aliénor Brezolles et 09/06/1947, 84512963"
    assert second.said == "[PERSONNE_1] et [NAISSANCE_1], [IPP_1]"
    assert third.said == "Sidonie Marzolet et 21/12/1939, [IPP_1]"


def test_paths_of_files_come_back_with_every_backslash(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """A backslash before what was hidden is the user's."""
    text = "Renomme S:\\Neuro\\CR\\CR_Brezolles_Aliénor_1947.docx : dossier de Mme Aliénor Brezolles, « C:\\[1]\\ »."
    assert ask(gateway, chat(text)).said == text
    upstream.assert_clean(["Brezolles", "Aliénor"])
