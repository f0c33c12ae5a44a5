"""Each disguise is undone in the view alone, and what only looks like one is left as it is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avec_proxy.detect.disguise import read


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Mme D\u0435lm\u0430s dort", "Mme Delmas dort"),  # two Cyrillic letters
        ("Mme \u0421\u043e\u0441\u0430 dort", "Mme Coca dort"),  # a word wholly in Cyrillic letters
        ("M. B\u03bfnnard", "M. Bonnard"),  # a Greek omicron
        ("Mme Delm\u03b1s", "Mme Delmas"),
        ("Mme \u1d05\u1d1c\u0280\u1d00\u0274\u1d05 dort", "Mme durand dort"),  # small capitals
        ("Mme Qu\\u00e9m\\u00e9ner", "Mme Quéméner"),
        ("Mme \\u{44}urand \\ud83d\\ude00", "Mme Durand \U0001f600"),
        ("Mme Qu\\xc3\\xa9m\\xe9ner", "Mme Quéméner"),  # UTF-8, then Latin-1
        ("NIR &#50;&#x34;&#56;", "NIR 248"),
        ("%44%75%72%61%6E%64", "Durand"),
        ("M. Lefeb-\nvre dort", "M. Lefebvre dort"),
        ("M. Lefeb\u00ad\nvre, Mme Mor¬\r\n  van", "M. Lefebvre, Mme Morvan"),
        ("Jean-\nPierre", "Jean-Pierre"),
        ("D U R A N D, d.u.r.a.n.d, D-u-r-a-n-d", "DURAND, durand, Durand"),
        ("D.U.R.A.N.D. et d.u.p.e.", "DURAND. et dupe."),
        ("Mme D3lm4s dort. D3lm4s va bien.", "Mme Delmas dort. Delmas va bien."),
        ("Nom : MART1N, Dr S@rr4zin", "Nom : MARTIN, Dr Sarrazin"),
        ("tél. O6 39 98 l2 34, né le l4/O2/l948", "tél. 06 39 98 12 34, né le 14/02/1948"),
        (
            "S4ll4berry et Luc13n, gh4n3m",
            "Sallaberry et Lucien, ghanem",
        ),
        ("Qu&eacute;m&#233;ner, Lef&#xE8;vre", "Quéméner, Lefèvre"),
        ("Qu%C3%A9m%C3%A9ner le 12%2F07", "Quéméner le 12/07"),
        ("Mme Kerv\nadec dort", "Mme Kervadec dort"),
        ("Bonsoir Cla\nire, oui", "Bonsoir Claire, oui"),
        ("M. Lefeb\r\n> vre dort", "M. Lefebvre dort"),
        ("PEL\nLOUX;Ghis\nlaine", "PELLOUX;Ghislaine"),
        ("06 • 39 • 98 • 12 • 34", "06 39 98 12 34"),
    ],
)
def test_a_disguise_is_undone(text: str, seen: str) -> None:
    """A reader sees through it, so does detection."""
    assert read(text).text == seen


@pytest.mark.parametrize(
    "text",
    [
        "50 µg, 5 μg/kg, un α-bloquant, une β-lactamine, ΔΔ, TNFα, IFNγ, PPARγ, NF-κB, χ2, IgGκ, ΔΨm, α1-antitrypsine",
        "Stade T2 N0, C3G, HbA1c 7,2 %, CA15-3, B12, Omega3, H1N1, SpO2 98 %, TA 12/8, G2P1, 5mg x 2/j, O2 3 l/min",
        "Patient : B12 bas. Patiente : HbA1c stable. Mme Cadiou sous O2 2 l, Dr Morvan : CA125 normal.",
        "Ο ασθενής πονάει στο στήθος και έχει πυρετό. Η μητέρα του είναι εδώ.",
        "Пациент жалуется на боль в груди, а его мама тут. Он не ест.",
        "- un\n- deux\nRe - \nliste : a, b, c, d ; S. K. et Dr J.-P. M., démarche A.V.E.C., E.H.P.A.D.",
        "C:\\users\\xavier, \\usepackage, 100 % de 20 %, Q&A, R&D ; a@b.fr, Dr Armel@exemple.fr",
        "Jean\nne dort pas, Marie\ndort, vu par Mme Kervadec\nsort demain\nle soir",
        "DURAND\nKERVADEC\nIRM\nwww.exemple.fr, PHOTO.JPG\nhttp",
        "CYP3A4, PIK3CA, C3b, P53, Bcl2, FT3L, KIR3DL1, 5%50 ml, perfusion à 10%",
        "Le 14/02/1948 au 06 39 98 12 34, 2 48 02 29 123 456 12, il y a 10 l d'eau, 3 • 4",
    ],
)
def test_ordinary_text_is_read_as_it_stands(text: str) -> None:
    """Greek letters of medicine, other languages, codes, doses, lists, paths and numbers stay."""
    assert read(text).text == text


def test_a_finding_leads_back_to_its_whole_source() -> None:
    """The span of a word in the view covers every escape, hyphen and line end that wrote it."""
    for text, word, source in (
        ("Mme Qu\\u00e9m\\xc3\\xa9ner dort", "Quéméner", "Qu\\u00e9m\\xc3\\xa9ner"),
        ("M. Lefeb-\n> vre dort", "Lefebvre", "Lefeb-\n> vre"),
        ("M. D\u200b U R \u0410 N D dort", "DURAND", "D\u200b U R \u0410 N D"),
        ("né à &#81;&#117;&#105;&#109;.", "Quim", "&#81;&#117;&#105;&#109;"),
    ):
        seen = read(text)
        at = seen.text.index(word)
        start, end = seen.original(at, at + len(word))
        assert text[start:end] == source


_PIECES = st.sampled_from(
    "Mme |M. |D3lm4s|\u0410|\u043e|\u03bf|α|\\u00e9|\\xc3|\\xa9|\\ud83d\\ude00|\\u|&#50;|%44|-\n|\u00ad\n|¬\r\n"
    "| A| B|.a|-b|O6|l|0|39 | • 12|\u200b|\u0301|ﬁ|ᴅ|é|x| |\n> ".split("|")
)
_TEXTS = st.lists(_PIECES, max_size=25).map("".join) | st.text(max_size=60)


@given(_TEXTS, st.data())
def test_every_span_leads_back_inside_the_text(text: str, data: st.DataObject) -> None:
    """Whatever the disguises, any span of the view maps to a non-empty span of the original."""
    seen = read(text)
    if not seen.text:
        return
    start = data.draw(st.integers(0, len(seen.text) - 1))
    end = data.draw(st.integers(start + 1, len(seen.text)))
    first, last = seen.original(start, end)
    assert 0 <= first < last <= len(text)


@given(_TEXTS)
def test_places_in_the_text_follow_the_view(text: str) -> None:
    """The sources of the view's characters are in order, so that findings apart in the view never swap."""
    seen = read(text)
    bounds = [seen.original(at, at + 1) for at in range(len(seen.text))]
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(bounds))


@given(
    st.lists(
        st.sampled_from(["a-", "\n", " ", "A ", ".b", "-", "\\u00", "%4", "&#4", "0O", "Mme A1a", "аb"]), max_size=4
    )
)
def test_nothing_is_raised_on_long_runs(parts: list[str]) -> None:
    """A unit repeated thousands of times is read like any other text."""
    text = "".join(parts) * 2_000
    assert len(read(text).text) <= len(text)
