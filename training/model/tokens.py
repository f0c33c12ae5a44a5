"""The unigram tokenizer, with offsets, and the pruning of its vocabulary."""

import gzip
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram

FILE = "tokenizer.json"
BOS, PAD, EOS, UNK = 0, 1, 2, 3
_SPECIALS = 4
# The source's normaliser turns a line break into a space; in forms and signatures the break is what tells a name.
# The pilcrow is a piece of the source's vocabulary, so it comes with a vector.
LINE = "¶"
_WORD_START = "▁"


def build(pieces: Sequence[str], scores: Sequence[float], *, lines: bool = True) -> Tokenizer:
    """A tokenizer over these pieces; ``lines`` keeps line breaks, as the piece ``¶``."""
    tokenizer = Tokenizer(Unigram([(p, float(s)) for p, s in zip(pieces, scores, strict=True)], unk_id=UNK))
    steps = [normalizers.Replace(Regex(r"\s*\n\s*"), LINE + " ")] if lines else []
    # fmt: off
    tokenizer.normalizer = normalizers.Sequence(
        [*steps, normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    # fmt: on
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_WORD_START, prepend_scheme="always")
    return tokenizer


def load(folder: Path) -> Tokenizer:
    """The tokenizer saved in ``folder``."""
    return Tokenizer.from_file(str(folder / FILE))


def encode(tokenizer: Tokenizer, text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Piece numbers and their places in ``text``, white space left out (an empty place: a piece of white space)."""
    encoding = tokenizer.encode(text, add_special_tokens=False)
    places = []
    for start, end in encoding.offsets:
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        places.append((start, end))
    return encoding.ids, places


def words_of(folder: Path) -> Iterator[str]:
    """The lines of the word lists in ``folder``, as written, capitalised and in capitals."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".gz":
            text = gzip.decompress(path.read_bytes()).decode("utf-8")
        elif path.suffix in {".txt", ".tsv"}:
            text = path.read_text(encoding="utf-8")
        else:
            continue
        for line in text.splitlines():
            if line and not line.startswith("#"):
                yield line
                yield f"l'{line}"  # what follows an apostrophe or a hyphen is cut into other pieces
                yield line.title()
                # the lists of plain words would fill the vocabulary with capitals that nobody types
                if not path.name.startswith("common_words"):
                    yield line.upper()


def _plain(piece: str) -> bool:
    """Whether a piece is written in Latin letters, digits and signs only."""
    for char in piece.replace(_WORD_START, ""):
        if char.isalpha() and not unicodedata.name(char, "").startswith("LATIN"):
            return False
        if not char.isalpha() and ord(char) > 0x2FFF:
            return False
        if unicodedata.category(char)[0] == "M":
            return False
    return True


def kept_pieces(
    pieces: Sequence[str],
    scores: Sequence[float],
    texts: Iterable[str],
    words: Iterable[str],
    size: int,
    *,
    lines: bool = True,
) -> list[int]:
    """Numbers of the pieces to keep, specials first, then in the source's order (which is by frequency).

    Every single Latin character and sign is kept, so that no name is unknown; then the pieces that the training texts
    use; then those of the word lists, the frequent ones first, up to ``size``; room left goes to the most frequent
    Latin pieces of the source.
    """
    tokenizer = build(pieces, scores, lines=lines)
    plain = np.array([index >= _SPECIALS and _plain(piece) for index, piece in enumerate(pieces)])
    single = {i for i in np.flatnonzero(plain) if len(pieces[i].removeprefix(_WORD_START)) <= 1}
    kept = set(range(_SPECIALS)) | single

    def used(items: Iterable[str]) -> set[int]:
        found: set[int] = set()
        batch: list[str] = []
        for item in items:
            batch.append(item)
            if len(batch) == 4096:
                for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
                    found.update(encoding.ids)
                batch.clear()
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            found.update(encoding.ids)
        return {i for i in found if plain[i]}

    kept |= used(texts)
    for more in (used(words), np.flatnonzero(plain)):
        for index in sorted(int(i) for i in more if int(i) not in kept):
            if len(kept) >= size:
                break
            kept.add(index)
    return sorted(int(i) for i in kept)
