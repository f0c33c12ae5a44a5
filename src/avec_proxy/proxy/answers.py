"""What a client reads when nothing was sent: French words in its provider's own error shape.

No word of a request ever stands in an answer. All answers are made from constants, so that making one cannot
fail half-way.
"""

import json
from collections.abc import Mapping
from functools import cache

from mitmproxy import http

from avec_proxy.proxy import pages
from avec_proxy.proxy.notices import NOTICES, words
from avec_proxy.refusals import ERROR_TYPE, RETRY_AFTER_S, WORDS
from avec_proxy.wire import FORMATS

JSON = "application/json; charset=utf-8"
# What mitmproxy itself answers, by status: the request's fault, or the other side's.
_PAGES = {400: "request_malformed", 403: "endpoint_unknown", 413: "body_too_large", 502: "upstream_unreachable"}


def known(code: str) -> str:
    """Return `code` if there are words for it, else the code of a failed check."""
    return code if code in WORDS or code in NOTICES else "scan_failed"


def refuse(code: str, wire_format: str = "", *, page: bool = False) -> http.Response:
    """Return the answer that refuses with `code`, in the shape of `wire_format` (default: OpenAI's), or as a page."""
    code = known(code)
    headers = dict(_headers(code))
    if page:
        return http.Response.make(words(code).status, pages.page(code), headers | dict(pages.HEADERS))
    return http.Response.make(words(code).status, _body(code, wire_format), headers)


def page(
    status: int, wire_format: str = "", *, as_page: bool = False, site: bool = False
) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return status, body and headers in place of mitmproxy's own error page for `status`.

    `as_page`: as a person reads it, in a browser; `site`: about a site that is no AI's.
    """
    code = _PAGES.get(status, "request_malformed" if status < 500 else "upstream_unreachable")
    if site and code == "upstream_unreachable":
        code = "site_unreachable"
    if as_page:
        headers = [(name, value) for name, value in _headers(code) if name != "content-type"]
        return words(code).status, pages.page(code), [*headers, *pages.HEADERS]
    return words(code).status, _body(code, wire_format), _headers(code)


def healthy(ready: bool) -> http.Response:
    """Return the answer of the health check."""
    status, word = (200, "ok") if ready else (503, "unavailable")
    return http.Response.make(status, json.dumps({"status": word}), {"content-type": JSON, "cache-control": "no-store"})


def facts(told: Mapping[str, object]) -> http.Response:
    """Return what is set and loaded, as `verify` asks it."""
    return http.Response.make(200, json.dumps(told), {"content-type": JSON, "cache-control": "no-store"})


def pac(text: str) -> http.Response:
    """Return a PAC file."""
    headers = {"content-type": "application/x-ns-proxy-autoconfig", "cache-control": "no-store"}
    return http.Response.make(200, text, headers)


def _headers(code: str) -> list[tuple[str, str]]:
    headers = [("content-type", JSON), ("cache-control", "no-store"), ("x-avec-refusal", code)]
    if words(code).status == 503:
        return [*headers, ("retry-after", str(RETRY_AFTER_S))]
    return [*headers, ("x-should-retry", "false")]  # the official SDKs obey it


@cache
def _body(code: str, wire_format: str) -> bytes:
    module = FORMATS.get(wire_format)
    if module is not None:
        return module.error(code, words(code).message, words(code).status)
    error = {"message": words(code).message, "type": ERROR_TYPE, "code": code, "param": None}
    return json.dumps({"error": error}, ensure_ascii=False).encode()
