"""Attached files: what a person reads in one, and the same file with some of it replaced. Bytes in and bytes out."""

from avec_proxy.files.opened import FileText, OpenFile
from avec_proxy.files.opening import open_file

__all__ = ["FileText", "OpenFile", "open_file"]
