"""What holds of every format's requests: a text is scanned wherever it stands, or the request is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.model import Refusal
from avec_proxy.refusals import WORDS
from avec_proxy.wire import FORMATS
from avec_proxy.wire.format import Conversation
from avec_proxy.wire.shape import Shape

# Nothing that any format takes for its own word, name or id.
MARK = "Mme Zoé Kervadec ⟦é⟧"
_READ = [name for name, wire_format in FORMATS.items() if isinstance(wire_format.request, Conversation)]
each_format = pytest.mark.parametrize("name", _READ)
_LEAVES = st.sampled_from(
    [MARK, MARK, f"texte de {MARK}, 76 ans", json.dumps({"nom": MARK}), "x", "user", 3, 123456, None, True]
)
_DEPTH = 5


def _bodies(shape: Shape, depth: int = _DEPTH) -> st.SearchStrategy[Any]:
    """Return values that stand where `shape` says something, and some that it does not expect there."""
    if depth == 0:
        return _LEAVES
    options = [_LEAVES]
    inner = shape.item or shape.rest
    if inner is not None:
        options.append(st.deferred(lambda: st.lists(_bodies(inner, depth - 1), max_size=3)))
    if shape.fields:
        options.append(st.deferred(lambda: _objects(shape, depth)))
    elif depth > _DEPTH - 2:
        options.append(st.dictionaries(st.sampled_from([MARK, "x", "type"]), _LEAVES, max_size=2))
    return st.one_of(options[::-1])


@st.composite
def _objects(draw: st.DrawFn, shape: Shape, depth: int) -> dict[str, Any]:
    """Return an object with some of the fields that a shape knows, and perhaps one that it does not."""
    names = draw(st.lists(st.sampled_from(sorted(shape.fields)), max_size=4, unique=True))
    made = {name: draw(_bodies(shape.fields[name], depth - 1)) for name in names}
    if draw(st.booleans()):
        made[draw(st.sampled_from([MARK, "demain", "x"]))] = draw(_LEAVES)
    return made


def _shape(name: str) -> Shape:
    request = FORMATS[name].request
    assert isinstance(request, Conversation)
    return request.shape


@each_format
@given(data=st.data(), ascii_only=st.booleans())
def test_no_text_is_left_unscanned(name: str, data: st.DataObject, ascii_only: bool) -> None:
    """Known fields and unknown ones, strings, keys, JSON in strings, types that nobody expects: each mark is found."""
    value = data.draw(_objects(_shape(name), _DEPTH))
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    try:
        outbound = FORMATS[name].outbound(body, past=True)
    except Refusal as refused:
        event = refused.code
    else:
        event = "read"
        segments = outbound.document.segments
        # a file's name is hidden as a whole, whatever it looks like
        scanned = sum(_marks(s.text) if s.entity else s.text.count(MARK) for s in segments)
        assert scanned == _marks(value)
    assert event == "read" or event in WORDS


def _marks(value: Any) -> int:
    """Return how often the mark stands in a value, behind every layer."""
    if isinstance(value, dict):
        return sum(key.count(MARK) + _marks(member) for key, member in value.items())
    if isinstance(value, list):
        return sum(map(_marks, value))
    if isinstance(value, str):
        return _marks(json.loads(value)) if value.startswith("{") else value.count(MARK)
    return 0


@each_format
@given(body=st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused(name: str, body: bytes) -> None:
    """What is no JSON object is refused with a code, whatever its bytes are."""
    try:
        FORMATS[name].outbound(body)
    except Refusal as refused:
        code = refused.code
    else:
        code = "" if isinstance(json.loads(body), dict) else "read"
    assert code in ("", "body_unreadable", "body_missing")
