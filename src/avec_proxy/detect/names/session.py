"""The network at work: a text in pieces, windows over them, one probability per piece and label.

Windows go through the network one by one. Its int8 layers scale by the largest value that they see, so a window
in a batch would be read differently beside other windows; alone, the same text always gives the same bytes.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from avec_proxy.detect.names.artefact import Artefact, ArtefactError

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_FATAL = 4
_MOST_READERS = 4
# from so many windows on, more than one reader is worth their waking
_LONG = 4


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a text that the network read: where each starts and ends, and the probability of each label."""

    starts: Ints
    ends: Ints
    probabilities: Floats


class Session:
    """The loaded network and its tokenizer. Texts are never kept.

    The windows of a long text are read by up to `readers` threads at a time (default: one a core, few); each window by
    one thread, so that what it gives does not depend on how many there are.
    """

    def __init__(self, artefact: Artefact, readers: int = 0) -> None:
        self.meta = artefact.meta
        self._readers = readers or min(_cores(), _MOST_READERS)
        self._threads: ThreadPoolExecutor | None = None
        onnxruntime.disable_telemetry_events()
        onnxruntime.set_default_logger_severity(_FATAL)
        try:
            self._tokenizer = Tokenizer.from_str(artefact.tokenizer.decode("utf-8"))
            self._session = onnxruntime.InferenceSession(
                str(artefact.model), _options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the libraries' own classes, or plain Exception
            raise ArtefactError(f"the model cannot be loaded ({type(error).__name__})") from None
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._output = self._session.get_outputs()[0].name
        self._mask = "attention_mask" in {i.name for i in self._session.get_inputs()}
        try:
            whole = self._run([self.meta.bos] * self.meta.window)
        except Exception as error:
            raise ArtefactError(f"the model cannot read a window ({type(error).__name__})") from None
        if whole.shape != (self.meta.window, len(self.meta.labels)):
            raise ArtefactError("the model has another number of labels than meta.json")

    def read(self, text: str) -> Pieces:
        """Return what the network says of each piece of `text`."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        ids = encoded.ids
        offsets: Ints = np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2)
        rows: list[Floats] = []
        windows = spread(len(ids), self.meta.window, self.meta.overlap)
        read = self._each([ids[start:end] for start, end in windows])
        for rank, ((start, end), row) in enumerate(zip(windows, read, strict=True)):
            # each piece is taken from the window in which it stands further from the edge
            first = 0 if rank == 0 else (start + windows[rank - 1][1]) // 2
            last = end if rank + 1 == len(windows) else (windows[rank + 1][0] + end) // 2
            rows.append(row[first - start : last - start])
        probabilities: Floats = np.concatenate(rows) if rows else np.zeros((0, len(self.meta.labels)), dtype=np.float32)
        return Pieces(offsets[:, 0], offsets[:, 1], probabilities)

    def _each(self, windows: list[list[int]]) -> Iterable[Floats]:
        if self._readers == 1 or len(windows) < _LONG:
            return map(self._run, windows)
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._readers, "avec-reader")
        return self._threads.map(self._run, windows)

    def _run(self, ids: list[int]) -> Floats:
        framed = np.array([[self.meta.bos, *ids, self.meta.eos]], dtype=np.int64)
        inputs = {"input_ids": framed}
        if self._mask:
            inputs["attention_mask"] = np.ones_like(framed)
        out: Floats = self._session.run([self._output], inputs)[0][0, 1:-1]
        return _softmax(out) if self._output == "logits" else out


def spread(length: int, window: int, overlap: int) -> list[tuple[int, int]]:
    """Return windows over `length` pieces, as few as fit and about equal, each sharing `overlap` with the next."""
    if length <= window:
        return [(0, length)] if length else []
    step = window - overlap
    count = -(-(length - overlap) // step)
    size = -(-(length + overlap * (count - 1)) // count)
    starts = [min(i * (size - overlap), length - size) for i in range(count)]
    return [(start, start + size) for start in starts]


def _cores() -> int:
    """Return on how many cores this process may run."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _options() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL  # its messages would go to standard error
    # lengths differ from window to window: a plan and a block of memory for each would only pile up
    options.enable_mem_pattern = False
    return options


def _softmax(logits: Floats) -> Floats:
    raised: Floats = np.exp(logits - logits.max(axis=-1, keepdims=True))
    total: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return total
