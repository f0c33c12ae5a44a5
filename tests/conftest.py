"""For all tests: nothing of a test is counted in the usage log of whoever runs it, and no test fails for its time."""

import os

from hypothesis import settings

os.environ["AVEC_USAGE"] = "off"
settings.register_profile("no deadline", deadline=None)  # a busy machine is no mistake
settings.load_profile("no deadline")
