"""avec-proxy itself: the pipeline in this process, with its default options."""

from avec_proxy import pipeline
from avec_proxy.analysis import check_segments
from avec_proxy.model import Document, Options, Role, Segment
from avec_proxy.transform import apply
from benchmarks.adapters.loop import serve


def sanitize(text: str) -> str | None:
    """Return what would leave as a user's message."""
    raw = text.encode()
    segment = Segment(text, 0, len(raw), role=Role.USER, turn=0)
    analysis = check_segments([segment], [""], Options())
    return None if analysis.refused else apply(Document(raw, (segment,)), analysis.edits).decode()


if __name__ == "__main__":
    pipeline.warm()
    serve(sanitize)
