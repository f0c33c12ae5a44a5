"""Scores as one JSON object; the words of a text are in it on demand only."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from avec_proxy.evaluate.score import Error, Figure, Scores, Share, Tally


def as_json(scores: Scores, below: Mapping[Figure, float], errors: Sequence[Error] | None) -> str:
    """Return the object: the shares (null: nothing to measure), the counts behind them, labels, styles.

    `below` holds the minimums that are not reached; `errors` is absent from the object where it is None.
    """
    total = scores.total
    out: dict[str, Any] = {
        "texts": total.texts,
        "blocked": total.blocked,
        **_figures(total),
        "counts": {figure.value: asdict(total[figure]) for figure in Figure},
        "by_label": {label: _found(share) for label, share in total.labels.items()},
        "by_style": {
            style: {"texts": t.texts, "blocked": t.blocked, **_figures(t)} for style, t in scores.styles.items()
        },
        "below": {figure.value: minimum for figure, minimum in below.items()},
    }
    if errors is not None:
        out["errors"] = [asdict(error) for error in errors]
    return json.dumps(out, ensure_ascii=False)


def _figures(tally: Tally) -> dict[str, float | None]:
    ratios = {figure.value: tally[figure].ratio for figure in Figure}
    return {name: None if ratio is None else round(ratio, 4) for name, ratio in ratios.items()}


def _found(share: Share) -> dict[str, int]:
    return {"spans": share.of, "found": share.good, "missed": share.of - share.good}
