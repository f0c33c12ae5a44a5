"""What must be true of every match of a regular expression, read off its parsed form.

Four necessary conditions: the characters that a match may begin with, its first three characters, the characters that
cannot stand before it, and strings of which it holds at least one. Each errs on the safe side: what is not understood
gives no condition.
"""

import importlib
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

# Python's own parser; private, so whatever it no longer does costs speed and nothing else
try:
    _parser: Any = importlib.import_module("re._parser")
except ImportError:
    _parser = None

Bools = npt.NDArray[np.bool_]
# the codes that are told apart, Latin and Greek; those beyond count as one
CODES = 0x400
_NEWLINE = 10
_MOST_NEEDLES = 30
_MOST_HEADS = 400
# how many characters of a match's beginning are looked at together, and how many kinds of them are told apart
_HEAD = 3
HEADS = 1 << 14
# single characters that most texts hold
_FREQUENT = frozenset(" \n\t.,;:'’-/()")
_NEEDLE = 6


@dataclass(frozen=True, slots=True)
class Parts:
    """Tables are indexed by code, `heads` by `head_numbers(…, size)`; None or () where nothing is known.

    `needles` are written in plain codes.
    """

    first: Bools | None = None
    behind: Bools | None = None
    heads: Bools | None = None
    size: int = 0
    needles: tuple[str, ...] = ()


NOTHING = Parts()


def parts(pattern: re.Pattern[str]) -> Parts:
    """Return what is known of the matches of `pattern`."""
    if _parser is None or pattern.flags & re.ASCII:
        return NOTHING
    try:
        tree = _parser.parse(pattern.pattern, pattern.flags)
        first, empty = _first(tree, pattern.flags)
        if first is None or empty:  # an empty match may stand anywhere
            return NOTHING
        first[CODES - 1] = True
        behind = _behind(tree, pattern.flags, first)
        behind[CODES - 1] = False
        heads, size = _heads(tree, pattern.flags)
        return Parts(first, behind if behind.any() else None, heads, size, _needles(tree, pattern.flags))
    except (AttributeError, TypeError, ValueError, KeyError):  # a form that this Python parses otherwise
        return NOTHING


def _none() -> Bools:
    return np.zeros(CODES, dtype=np.bool_)


def _first(tree: Any, flags: int) -> tuple[Bools | None, bool]:
    """Return the characters that a match may begin with (None: any), and whether it may be empty."""
    total = _none()
    for op, argument in tree:
        table, empty = _first_of(str(op), argument, flags)
        if table is None:
            return None, empty
        total |= table
        if not empty:
            return total, False
    return total, True


def _first_of(op: str, argument: Any, flags: int) -> tuple[Bools | None, bool]:
    if op in ("AT", "ASSERT", "ASSERT_NOT"):
        return _none(), True
    if op in ("LITERAL", "NOT_LITERAL", "IN"):
        return _members(op, argument, flags)[1], False
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, _, body = argument
        table, empty = _first(body, flags)
        return table, empty or least == 0
    if op == "SUBPATTERN":
        _, added, taken, body = argument
        return _first(body, (flags | added) & ~taken)
    if op == "ATOMIC_GROUP":
        return _first(argument, flags)
    if op == "BRANCH":
        total, any_empty = _none(), False
        for body in argument[1]:
            table, empty = _first(body, flags)
            if table is None:
                return None, True
            total |= table
            any_empty = any_empty or empty
        return total, any_empty
    return None, True


def _behind(tree: Any, flags: int, first: Bools) -> Bools:
    """Return the characters that cannot stand before a match."""
    total = _none()
    for op, argument in tree:
        name = str(op)
        if name == "SUBPATTERN":
            _, added, taken, body = argument
            return total | _behind(body, (flags | added) & ~taken, first)
        if name not in ("ASSERT_NOT", "ASSERT", "AT", "BRANCH"):
            break
        if name == "BRANCH" and any(len(body) != 1 or str(body[0][0]) not in ("ASSERT", "AT") for body in argument[1]):
            break
        total |= _excluded(name, argument, flags, first)
    return total


def _excluded(name: str, argument: Any, flags: int, first: Bools) -> Bools:
    """Return the characters that a condition of no width does not let stand before it."""
    if name == "BRANCH":
        total = ~_none()
        for body in argument[1]:
            total &= _excluded(str(body[0][0]), body[0][1], flags, first)
        return total
    if name == "AT":
        word = _category("CATEGORY_WORD")
        if str(argument) == "AT_BOUNDARY" and not (first[:-1] & ~word[:-1]).any():
            return word
        return np.arange(CODES) != _NEWLINE if str(argument) == "AT_BEGINNING" and flags & re.MULTILINE else _none()
    direction, body = argument
    if direction > 0 or len(body) != 1:
        return _none()
    op, inner = str(body[0][0]), body[0][1]
    if op == "AT" and name == "ASSERT":
        return _excluded(op, inner, flags, first)
    if op not in ("LITERAL", "NOT_LITERAL", "IN"):
        return _none()
    sure, perhaps = _members(op, inner, flags)
    return sure if name == "ASSERT_NOT" else ~perhaps


def _plain_members(op: str, argument: Any, flags: int) -> tuple[int, ...]:
    if op == "LITERAL" and argument < CODES:
        return (int(plain_codes()[argument]),)
    return _plain_set(_key(op, argument), bool(flags & re.IGNORECASE))


@cache
def _plain_set(items: tuple[tuple[str, Any], ...], any_case: bool) -> tuple[int, ...]:
    return tuple(np.unique(plain_codes()[np.flatnonzero(_set(items, any_case)[1])]).tolist())


def _key(op: str, argument: Any) -> tuple[tuple[str, Any], ...]:
    items = [(str(kind), value) for kind, value in argument] if op == "IN" else [("LITERAL", argument)]
    return tuple([("NEGATE", None), *items] if op == "NOT_LITERAL" else items)


def _members(op: str, argument: Any, flags: int) -> tuple[Bools, Bools]:
    """Return (the characters that surely are in a set, those that may be); neither may be changed."""
    return _set(_key(op, argument), bool(flags & re.IGNORECASE))


@cache
def _set(items: tuple[tuple[str, Any], ...], any_case: bool) -> tuple[Bools, Bools]:
    sure = _none()
    for name, value in items:
        if name == "CATEGORY":
            sure |= _category(str(value))
        elif name != "NEGATE":
            low, high = value if name == "RANGE" else (value, value)
            sure[min(low, CODES - 1) : high + 1] = True
    perhaps = sure
    if any_case:
        for cases in (*_cases(), *_cases()):
            perhaps = perhaps | perhaps[cases]
    return (~perhaps, ~sure) if ("NEGATE", None) in items else (sure, perhaps)


@cache
def _category(name: str) -> Bools:
    def holds(test: Any) -> Bools:
        return np.fromiter((test(chr(code)) for code in range(CODES)), dtype=np.bool_, count=CODES)

    negated = "_NOT_" in name
    kind = name.rpartition("_")[2]
    table = {
        "DIGIT": lambda: holds(str.isdecimal),
        "SPACE": lambda: holds(str.isspace),
        "WORD": lambda: holds(lambda c: c.isalnum() or c == "_"),
    }[kind]()
    return ~table if negated else table


@cache
def _cases() -> tuple[npt.NDArray[np.int64], ...]:
    """Return, by code, its lower, upper and title case where that is one character that is told apart."""

    def other(change: Any) -> npt.NDArray[np.int64]:
        changed = (change(chr(code)) for code in range(CODES))
        codes = [ord(c) if len(c) == 1 and ord(c) < CODES else code for code, c in enumerate(changed)]
        return np.array(codes, dtype=np.int64)

    lower, upper = other(str.lower), other(str.upper)
    return lower, upper, other(str.casefold), _swapped(lower), _swapped(upper)


def _swapped_lower() -> npt.NDArray[np.int64]:
    """Return, by code, one for all the letters that `re.IGNORECASE` takes for the same."""
    plain = np.arange(CODES)
    for cases in (*_cases(), *_cases()):
        plain = np.minimum(plain, plain[cases])
    for cases in (*_cases(), *_cases()):
        plain = np.minimum(plain, plain[cases])
    return plain


def _swapped(cases: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return, by code, one that has it as its other case (K for k, ſ for s)."""
    back = np.arange(len(cases))
    changed = np.flatnonzero(cases != back)
    back[cases[changed]] = changed
    return back


def head_numbers(codes: npt.NDArray[np.uint32], size: int) -> npt.NDArray[np.uint32]:
    """Return, for each place of plain `codes`, the number of the two or three from there on, where they are."""
    total = codes[: len(codes) - size + 1]
    for rank in range(1, size):
        total = total * 131 + codes[rank : len(codes) - size + 1 + rank]
    return total % HEADS


@cache
def plain_codes() -> npt.NDArray[np.uint32]:
    """Return, by code, the one that stands for it: lower case, one for all digits, one for all white space."""
    plain = _swapped_lower()
    plain[_category("CATEGORY_DIGIT")] = ord("0")
    plain[_category("CATEGORY_SPACE")] = ord(" ")
    return plain.astype(np.uint32)


def _heads(tree: Any, flags: int) -> tuple[Bools | None, int]:
    """Return the numbers of the first characters of a match and how many are looked at; None if they are too many."""
    for size in (_HEAD, _HEAD - 1):
        heads = _expand([""], tree, flags, size)
        if heads is not None and all(len(head) == size for head in heads):
            table = np.zeros(HEADS, dtype=np.bool_)
            # one after the other: what begins in one and ends in the next is left out
            codes = np.array([ord(c) for head in heads for c in head], dtype=np.uint32)
            table[head_numbers(codes, size)[::size]] = True
            return table, size
    return None, 0


def _expand(heads: list[str], tree: Any, flags: int, size: int, most: int = _MOST_HEADS) -> list[str] | None:
    """Return the beginnings that `heads` may become with `tree`, in plain characters; None if they are too many."""
    for op, argument in tree:
        short = [h for h in heads if len(h) < size]
        if not short:
            break
        more = _expand_one(short, str(op), argument, flags, size, most)
        if more is None or len(more) > most:
            return None
        heads = list(dict.fromkeys([*(h for h in heads if len(h) == size), *more]))
    return heads


def _expand_one(heads: list[str], op: str, argument: Any, flags: int, size: int, most: int) -> list[str] | None:
    if op in ("AT", "ASSERT", "ASSERT_NOT"):
        return heads
    if op in ("LITERAL", "NOT_LITERAL", "IN"):
        codes = _plain_members(op, argument, flags)
        if len(codes) * len(heads) > most or CODES - 1 in codes:
            return None
        return [head + chr(code) for head in heads for code in codes]
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, times, body = argument
        total: list[str] | None = list(heads) if least == 0 else []
        for rank in range(1, min(int(times), size + least) + 1):
            grown = _expand(heads, body, flags, size, most)
            if grown is None or total is None:
                return None
            heads = grown
            if rank >= least:
                total = list(dict.fromkeys([*total, *heads]))
        return total
    if op == "SUBPATTERN":
        _, added, taken, body = argument
        return _expand(heads, body, (flags | added) & ~taken, size, most)
    if op == "ATOMIC_GROUP":
        return _expand(heads, argument, flags, size, most)
    if op == "BRANCH":
        branches: list[str] = []
        for body in argument[1]:
            grown = _expand(heads, body, flags, size, most)
            if grown is None:
                return None
            branches.extend(grown)
        return branches
    return None


def _needles(tree: Any, flags: int) -> tuple[str, ...]:
    """Return plain strings of which every match holds one; () if none are known."""
    best: tuple[str, ...] = ()
    before = ""
    for rank, (op, argument) in enumerate(tree):
        name = str(op)
        found: tuple[str, ...] = ()
        if name == "SUBPATTERN":
            _, added, taken, body = argument
            found = _needles(body, (flags | added) & ~taken)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and argument[0] > 0:
            found = _needles(argument[2], flags)
        elif name == "BRANCH":
            branches = [_needles(body, flags) for body in argument[1]]
            found = tuple(n for branch in branches for n in branch) if all(branches) else ()
        best = _better(best, found)
        if name in ("LITERAL", "IN", "BRANCH") and before != "LITERAL":
            # what stands from here on, as long as it can be told
            best = _better(best, tuple(_expand([""], tree[rank:], flags, _NEEDLE, _MOST_NEEDLES) or ()))
        before = name
    return best


def _better(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rarer of two sets: longer strings, then fewer of them."""
    other = tuple(dict.fromkeys(other))
    if not other or len(other) > _MOST_NEEDLES or not all(_telling(n) for n in other):
        return one
    return min((one, other), key=lambda s: (-min(map(len, s)), len(s))) if one else other


def _telling(needle: str) -> bool:
    return len(needle) > 1 or (len(needle) == 1 and not needle.isalnum() and needle not in _FREQUENT)
