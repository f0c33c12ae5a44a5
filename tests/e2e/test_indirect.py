"""Indirect identification at the wire: what the upstream gets of a case that few people are like."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import GatewayProcess
from tests.e2e.harness.live import LiveUpstream

CASE = (
    "Mme Rozenn Calvarin, née le 01/02/1981, 45 ans, boulangère à Aurillac, suivie depuis 10 ans pour une maladie de "
    "Wilson : D-pénicillamine 300 mg × 3."
)
BAND = "45 à 49 ans, ne pas calculer de score"
SENT = (
    f"Mme [PERSONNE_1], née le [NAISSANCE_1 : {BAND}], [AGE_1 : {BAND}], boulangère à [VILLE_1], suivie depuis 10 ans "
    "pour une maladie de Wilson : D-pénicillamine 300 mg × 3."
)


def _ask(gateway: GatewayProcess, *texts: str) -> str:
    messages = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]
    body: dict[str, Any] = {"model": "m", "messages": messages}
    answer = httpx.post(f"{gateway.url}/v1/chat/completions", json=body, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["choices"][0]["message"]["content"])


def test_a_red_case_leaves_without_place_hints_and_with_bands_and_comes_back_exactly(
    gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """By default: hints of places go, exact ages become bands, words stay; the answer holds the real values."""
    assert _ask(gateway, CASE) == CASE
    assert upstream.requests[-1].prompt == SENT
    upstream.assert_clean(["45 ans", "01/02/1981", "Aurillac", "Cantal"])


@pytest.mark.parametrize(
    ("text", "code"),
    [(CASE, "indirect.red"), ("Femme de 45 ans, mucoviscidose, adressée pour hémoptysie.", "indirect.orange")],
)
def test_the_reply_says_that_few_people_are_like_the_case(
    gateway: GatewayProcess, upstream: LiveUpstream, text: str, code: str
) -> None:
    """The warning's code stands in a header, red and orange; a general question has none."""
    for asked, warned in ((text, True), ("Quels sont les signes de la mucoviscidose ?", False)):
        body = {"model": "m", "messages": [{"role": "user", "content": asked}]}
        answer = httpx.post(f"{gateway.url}/v1/chat/completions", json=body, timeout=60, trust_env=False)
        assert (code in answer.headers.get("x-avec-warnings", "").split(",")) is warned


def test_a_case_that_is_not_red_keeps_its_hints(gateway: GatewayProcess, upstream: LiveUpstream) -> None:
    """The département and the exact age leave where many people are like the patient."""
    text = "Mme Rozenn Calvarin, née le 01/02/1981, 45 ans, vue à Aurillac pour une toux."
    assert _ask(gateway, text) == text
    sent = upstream.requests[-1].prompt
    assert "[NAISSANCE_1 : 45 ans], 45 ans, vue à [VILLE_1 : Cantal]" in sent


def test_a_turn_that_makes_the_case_red_makes_the_whole_conversation_say_less(
    gateway: GatewayProcess, upstream: LiveUpstream
) -> None:
    """The first turn leaves again with a band and the same numbers; the real age of an answer does not leave."""
    first = "Mme Rozenn Calvarin, née le 01/02/1981, 45 ans, tousse. Elle vit à Aurillac."
    _ask(gateway, first)
    before = upstream.requests[-1].prompt
    assert before == "Mme [PERSONNE_1], née le [NAISSANCE_1 : 45 ans], 45 ans, tousse. Elle vit à [VILLE_1 : Cantal]."
    _ask(gateway, first, "À 45 ans, pensez à l'asthme.", "Elle est maire de sa commune. Patiente de 45 ans.")
    sent = upstream.requests[-1].json["messages"]
    assert sent[0]["content"] == (
        f"Mme [PERSONNE_1], née le [NAISSANCE_1 : {BAND}], [AGE_1 : {BAND}], tousse. Elle vit à [VILLE_1]."
    )
    assert sent[2]["content"] == f"Elle est maire de sa commune. Patiente de [AGE_1 : {BAND}]."


@pytest.fixture(scope="module")
def special(shared_upstream: LiveUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Give a function that starts a gateway of one's own settings in front of the shared upstream."""
    started: list[GatewayProcess] = []

    def start(**env: str) -> GatewayProcess:
        folder: Path = tmp_path_factory.mktemp("special")
        named = {f"AVEC_{name.upper()}": value for name, value in env.items()}
        started.append(GatewayProcess(folder, shared_upstream.url, "--workers", "1", env=named))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def test_proposed_words_leave_only_where_a_setting_chose_them_and_the_account_counts(
    special: Callable[..., GatewayProcess], upstream: LiveUpstream
) -> None:
    """`generalise` uses them, restored like any other; a small establishment's account makes a plain case red."""
    gateway = special(generalise="on", site_population="900")
    assert _ask(gateway, CASE) == CASE
    assert (
        "[PROFESSION_1 : artisan ou chef d'entreprise] à [VILLE_1], suivie depuis 10 ans pour une "
        "[MALADIE_1 : maladie rare du métabolisme] : D-pénicillamine 300 mg × 3." in upstream.requests[-1].prompt
    )
    plain = "Patient de 61 ans, vu pour une toux."
    assert _ask(gateway, plain) == plain
    assert upstream.requests[-1].prompt.startswith("Patient de [AGE_1 : 60 à 64 ans, ne pas calculer de score], vu")
