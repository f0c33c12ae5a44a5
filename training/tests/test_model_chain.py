"""The trainer: source encoder, tokenizer, labels, decoding, and the chain from marked texts to an exported model."""

from itertools import pairwise
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")
pytest.importorskip("onnxruntime")
pytest.importorskip("tokenizers")

from training.model import average, data, decode, encoder, export, graph, narrow, tokens, train  # noqa: E402
from training.model.bundle import dequantize  # noqa: E402
from training.model.marked import IGNORED, LABELS, parse, piece_labels, read_marked  # noqa: E402

TEXT = "Nom :\n⟦PERSON|DURAND Léa⟧, ⟪43 ans⟫, ⦃maladie de Parkinson⦄, vue le ⟦DATE|3 mars 2024⟧ ‹merci›"
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "¶", "▁de", "▁maladie", "▁Parkinson", "▁2024", "▁mars"]
PIECES += sorted(set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789éèêç.,:;'()/-"))


@pytest.fixture
def tokenizer():
    """A vocabulary of single characters and a few words."""
    return tokens.build(PIECES, [0, 0, 0, 0] + [-3.0 - i / 100 for i in range(len(PIECES) - 4)])


@pytest.fixture
def base(tmp_path: Path, tokenizer) -> Path:
    """A small encoder with random weights."""
    torch.manual_seed(0)
    shape = encoder.Shape(len(PIECES), 64, 4, data.WINDOW + 2, 1e-12, (128, 128, 128), 0)
    encoder.save(encoder.Encoder(shape), tmp_path / "base")
    tokenizer.save(str(tmp_path / "base" / tokens.FILE))
    return tmp_path / "base"


def test_blocks_of_four_bits():
    """The low half of a byte holds weight j, the high half weight j + 16."""
    block = np.zeros(18, np.uint8)
    block[:2] = np.array([0.5], "<f2").view(np.uint8)
    block[2:] = 0x88
    block[2] = 0xF0  # weight 0 is 0 - 8, weight 16 is 15 - 8
    weights = dequantize(block, 32)
    assert weights[0] == -4.0
    assert weights[16] == 3.5
    assert not weights[1:16].any()


def test_pieces_know_their_place_and_line_breaks_stay(tokenizer):
    """White space is no part of a piece's place."""
    text = "Nom :\n Parkinson  de 2024"
    ids, places = tokens.encode(tokenizer, text)
    read = [(PIECES[i], text[a:b]) for i, (a, b) in zip(ids, places, strict=True)]
    assert ("¶", "") in read
    assert ("▁Parkinson", "Parkinson") in read
    assert ("▁2024", "2024") in read


def test_labels_of_pieces(tokenizer):
    """Marks become labels; what may be hidden or kept is left out of the loss."""
    record = parse(TEXT)
    ids, places = tokens.encode(tokenizer, record.text)
    labels = piece_labels(record, places)
    seen = {LABELS[n] for n in labels if n != IGNORED}
    assert seen == {"O", "PROT", "B-PER", "I-PER", "B-DATE", "I-DATE"}
    assert sum(LABELS[n] == "B-PER" for n in labels if n != IGNORED) == 1
    hidden = {
        record.text[a:b] for (a, b), n in zip(places, labels, strict=True) if n != IGNORED and LABELS[n][0] in "BI"
    }
    assert "é" in hidden
    ignored = "".join(record.text[a:b] for (a, b), n in zip(places, labels, strict=True) if n == IGNORED)
    assert ignored == "43ans"
    assert len(ids) == len(labels)


@pytest.mark.parametrize("count", [1, 250, 251, 460, 461, 5000])
def test_windows_cover_every_piece_with_overlap(count: int):
    """No piece is left out, and each cut is seen twice."""
    cuts = data.cuts(count)
    assert cuts[0][0] == 0
    assert cuts[-1][1] == count
    assert all(end - first <= data.WINDOW for first, end in cuts)
    assert all(a[1] - b[0] >= data.OVERLAP for a, b in pairwise(cuts))


def test_decoding_snaps_to_words_and_counts():
    """Half of a name hides the whole; a protected word stays when the lever says so."""
    record = parse("M. ⟦PERSON|Durand⟧ prend ⦃Lasilix⦄ le soir")
    places = [(0, 2), (3, 6), (6, 9), (10, 15), (16, 23), (24, 26), (27, 31)]
    table = np.zeros((len(places), len(LABELS)), np.float32)
    table[:, 0] = 1.0
    table[1] = 0.0
    table[1, [0, LABELS.index("B-PER")]] = 0.6, 0.4  # half of the name is enough for the whole
    table[4] = 0.0
    table[4, [0, LABELS.index("PROT"), LABELS.index("B-ID")]] = 0.1, 0.6, 0.3
    scored = decode.Scored(record, places, table)
    assert decode.hidden(scored, 0.35) == [(3, 9)]
    assert decode.hidden(scored, 0.25, lever=0.6) == [(3, 9)]
    figures = decode.tally([scored], 0.25).figures()
    assert figures == {"recall": 1.0, "persons": 1.0, "clean": 1.0, "protected": 0.0, "ordinary": 1.0}


def _write(path: Path, texts: list[str]) -> Path:
    head = "id: t{}\nstyle: note\nfluff: no\ncontext: objective=n audience=n rules=n sources=n\n\n"
    path.write_text("=====\n".join(head.format(i) + text + "\n" for i, text in enumerate(texts)), encoding="utf-8")
    return path


def test_chain_from_texts_to_model(tmp_path: Path, base: Path, tokenizer):
    """Train, narrow, distil, resume, average, export: the file answers as the weights do."""
    texts = _write(tmp_path / "texts.txt", [TEXT] * 40)
    assert len(list(read_marked(texts))) == 40
    plan = train.Plan(
        texts=(str(texts),), dev=str(texts), init=str(base), layers=(0, 2), minutes=0.1, every=0.05, dev_texts=4,
        rate=2e-3,
    )  # fmt: skip
    run = train.train(plan, tmp_path / "run")
    # a teacher, narrower layers, and a run that goes on where another one stopped
    narrow.narrow_folder(run, tmp_path / "narrow", list(read_marked(texts))[:4], 64)
    taught = train.Plan(texts=(str(texts),), init=str(tmp_path / "narrow"), teacher=str(run), minutes=0.02, every=0.01)
    train.train(taught, tmp_path / "taught")
    longer = train.Plan(texts=(str(texts),), init=str(base), layers=(0, 2), minutes=0.13, rate=2e-3)
    train.train(longer, run, resume=True)
    mean = average.average(average.last_parts(run, 2), tmp_path / "mean")

    model = encoder.load(mean).eval()
    record = parse(TEXT)
    ids, _ = tokens.encode(tokenizer, record.text)

    def exact(ids, mask):
        with torch.no_grad():
            return model(torch.from_numpy(ids), torch.from_numpy(mask)).softmax(-1).numpy()

    expected = decode.probabilities(ids, exact)
    for mode, near in ((graph.PLAIN, 0.01), (graph.DYNAMIC, 0.15)):
        folder = export.export(mean, tmp_path / mode, mode)
        got = decode.probabilities(ids, export.predictor(folder))
        assert np.abs(got - expected).max() < near
    scored = decode.predict_all([record], tokenizer, export.predictor(folder))
    assert decode.tally(scored, 0.5).recall == 1.0
    assert str(tmp_path) not in (folder / export.META).read_text(encoding="utf-8")


def test_padding_changes_nothing(tmp_path: Path, base: Path):
    """A text's probabilities do not depend on its padding."""
    model = encoder.keep_layers(encoder.load(base), [0, 1], len(LABELS))
    encoder.save(model, tmp_path / "run")
    (tmp_path / "run" / tokens.FILE).write_bytes((base / tokens.FILE).read_bytes())
    session = export.session(export.export(tmp_path / "run", tmp_path / "out", graph.PLAIN))
    ids = np.array([[0, 7, 8, 9, 2]])
    alone = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    padded = np.concatenate([ids, [[1, 1, 1]]], axis=1)
    mask = (padded != 1).astype(np.int64)
    beside = session.run(None, {"input_ids": padded, "attention_mask": mask})[0]
    assert np.abs(alone - beside[:, :5]).max() < 1e-4
