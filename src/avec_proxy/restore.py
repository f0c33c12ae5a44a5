"""Restoring a reply outside the proxy: a program that has the values puts them back as the text comes."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingABC

from avec_proxy.mapping import Mapping
from avec_proxy.policy import reply_mapping
from avec_proxy.wire.channel import Channel


def restore_stream(mapping: Mapping | MappingABC[str, str], pieces: Iterable[str]) -> Iterator[str]:
    """Yield the text of `pieces` with the issued placeholders replaced, as early as it is certain.

    `mapping` gives the value of each key (`Cleared.values`), or is a `Mapping`, whose own aliases then hold. What is
    yielded adds up to the same text however it is cut; what may begin a placeholder waits, never more than
    `mapping.MAX_LENGTH` characters (six times that in JSON text, whose characters may be escapes). Text that begins as
    JSON stays JSON: values are escaped for its strings. Nothing empty is yielded. Raises `RuleFileError` if the shipped
    translations cannot be read.

    >>> list(restore_stream({"PERSONNE_1": "Zoé"}, ["Bonjour [PERS", "ONNE_1], ", "ça va ?"]))
    ['Bonjour ', 'Zoé, ', 'ça va ?']
    """
    channel = Channel(mapping if isinstance(mapping, Mapping) else reply_mapping(mapping))
    for piece in pieces:
        if shown := channel.push(piece):
            yield shown
    if shown := channel.push("", final=True):
        yield shown
