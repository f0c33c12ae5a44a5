"""The page of a refusal is plain French, and harmless whatever the code."""

import pytest
from mitmproxy.test import tutils

from avec_proxy.proxy import answers, pages
from avec_proxy.proxy.notices import NOTICES, words
from avec_proxy.refusals import WORDS


@pytest.mark.parametrize("code", [*WORDS, *NOTICES])
def test_every_code_has_a_page(code: str) -> None:
    """One title, something to read, UTF-8; nothing runs, nothing is fetched."""
    answer = answers.refuse(code, page=True)
    page = (answer.content or b"").decode()
    assert answer.status_code == words(code).status
    assert answer.headers["x-avec-refusal"] == code
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.count("<h1>") == page.count("<title>") == 1
    assert '<html lang="fr">' in page
    assert len(page.partition("<main>")[2]) > 120
    for sign in ("<script", "<img", "<link", "<iframe", "<form", "onload", "src=", "href=", "url(", "://", "@import"):
        assert sign not in page


@pytest.mark.parametrize("code", NOTICES)
def test_a_notice_says_what_happened_and_what_to_do(code: str) -> None:
    """Plain French, a status that SDKs do not retry or that says so, and no code that is a refusal's already."""
    assert code not in WORDS
    assert 40 < len(NOTICES[code].message) < 260
    assert NOTICES[code].message.endswith(".")
    assert NOTICES[code].status in (403, 502)
    assert answers.refuse(code).headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("method", "headers", "wanted"),
    [
        ("GET", {"accept": "text/html,application/xhtml+xml"}, True),
        ("POST", {"sec-fetch-mode": "navigate"}, True),
        ("GET", {"accept": "*/*"}, False),
        ("GET", {}, False),
        ("POST", {"accept": "text/html"}, False),
        ("GET", {"accept": "application/json", "sec-fetch-mode": "cors"}, False),
    ],
)
def test_a_page_is_for_a_person_who_opens_one(method: str, headers: dict[str, str], wanted: bool) -> None:
    """A browser that navigates, or a GET that asks for HTML; programs and scripts get JSON."""
    request = tutils.treq(method=method.encode())
    request.headers.clear()
    request.headers.update(headers)
    assert pages.wanted(request) is wanted
