"""For all tests: nothing of a test is counted in the usage log of whoever runs it."""

import os

os.environ["AVEC_USAGE"] = "off"
