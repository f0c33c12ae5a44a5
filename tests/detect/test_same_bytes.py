"""The same request leaves as the same bytes, whatever a worker was given before, and in whichever worker.

Every process has its own hash seed, so an order that hangs on a set would show; whatever a worker remembers of the
requests before (a cache, say) must not show.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence

import pytest

from avec_proxy.model import Cleared, Options, Refusal, Request, Strictness
from avec_proxy.workers.pool import Pool

LETTER = (
    "Cher confrère,\nJe revois Mme Solange KERVADEC, née le 14/02/1948, suivie à la clinique des Mimosas de Plouharnel "
    "pour une maladie de Parkinson, sous Modopar 125. Sa fille Rozenn Calvarin est au 06 39 98 12 34.\nDr P. Goasdoué"
)
TABLE = (
    "Nom;Prénom;DDN;IPP;Chambre\nTREVIDIC;Maël;03/11/1932;80041297;112 P\nBOURDELLE;Inès;27/06/1951;80041311;114 F\n"
    "TREVIDIC;Anne;19/01/1934;80041320;115"
)
NOTE = "Vu ce jour avec S.K. : fièvre à 38,5, CRP 120. Frappe lg. Mail rozenn.calvarin@exemple.fr, plaque AB-123-CD."
BARE = "Et que faire pour Kervadec si Calvarin rappelle ? Trevidic sort le 12/03/2024, contrôle le 19/03/2024."
QUESTION = "Quels sont les critères de Duke ? Selon la HAS (2021), avec Eliquis 5 mg deux fois par jour."
RECORD = json.dumps(
    {"patient": {"nom": "Hamonic", "prenom": "Léo", "nir": "2 48 02 29 123 456 12", "ville": "Quimper"}}
)
TEXTS = (LETTER, TABLE, NOTE, BARE, QUESTION, RECORD, f"{LETTER}\n\n{TABLE}", f"{QUESTION}\n\n{NOTE} {BARE}")
CONVERSATIONS = (
    (LETTER, "Mme Solange Kervadec a 76 ans.", BARE, "Kervadec : surveillance.", TABLE, "Trois lignes.", NOTE),
    (BARE, "Je ne sais pas qui c'est.", LETTER, "D'accord.", BARE),  # the same text before and after who it is about
    (TABLE, RECORD, QUESTION, LETTER, f"{NOTE}\n{NOTE}"),
)


def request(messages: Sequence[str]) -> Request:
    """Return a chat request: user and assistant in turn."""
    said = [{"role": "assistant" if n % 2 else "user", "content": text} for n, text in enumerate(messages)]
    body = json.dumps({"model": "gpt-4o-mini", "messages": said}, ensure_ascii=False)
    return Request("openai_chat", b"/v1/chat/completions", body.encode())


# each text alone, and every turn of every conversation
REQUESTS = [
    *(request([text]) for text in TEXTS),
    *(request(said[: turn + 1]) for said in CONVERSATIONS for turn in range(0, len(said), 2)),
]


@pytest.fixture
async def workers() -> AsyncIterator[tuple[Pool, Pool]]:
    """Two workers, each in a pool of its own, so that each request goes to a known one."""
    pools = tuple(Pool("avec_proxy.pipeline:warm", (Strictness.STANDARD,), 1, 64, 60) for _ in range(2))
    await asyncio.gather(*(pool.start() for pool in pools))
    try:
        yield pools[0], pools[1]
    finally:
        await asyncio.gather(*(pool.stop() for pool in pools))


async def cleared(pool: Pool, order: Sequence[int]) -> dict[int, Cleared | str]:
    """Return what each request leaves as (or the code of its refusal), given in an order; asked twice, for one."""
    out: dict[int, Cleared | str] = {}
    for number in order:
        try:
            answer: Cleared | str = await pool.run("avec_proxy.pipeline:clear", REQUESTS[number], Options())
        except Refusal as refusal:
            answer = refusal.code
        assert out.setdefault(number, answer) == answer, f"request {number}: the worker changed its mind"
    return out


async def test_the_same_bytes_in_any_order_and_any_worker(workers: tuple[Pool, Pool]) -> None:
    """Forwards and twice in one worker; backwards, then shuffled, in the other."""
    forwards = list(range(len(REQUESTS)))
    shuffled = random.Random(4).sample(forwards, len(forwards))
    here, there = await asyncio.gather(
        cleared(workers[0], forwards + forwards), cleared(workers[1], forwards[::-1] + shuffled)
    )
    for number in forwards:
        assert here[number] == there[number], f"request {number}"
    hidden = [answer for answer in here.values() if isinstance(answer, Cleared)]
    assert len(hidden) == len(REQUESTS)
    assert sum(sum(answer.hidden.values()) for answer in hidden) > 100
