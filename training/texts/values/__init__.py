"""What fills the value slots of templates: dates, numbers, places, medical terms…"""

from . import contacts, dates, medical, numbers, organisations, places, plain
from .registry import MAKERS

__all__ = ["MAKERS", "contacts", "dates", "medical", "numbers", "organisations", "places", "plain"]
