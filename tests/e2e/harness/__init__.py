"""A recording upstream, and the search for what must not have reached it."""

from tests.e2e.harness.leaks import leaks
from tests.e2e.harness.upstream import Received, RecordingUpstream, Reply

__all__ = ["Received", "RecordingUpstream", "Reply", "leaks"]
