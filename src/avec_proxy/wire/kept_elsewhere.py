"""What another request left with a provider: conversations, threads, files.

The mapping of a request is gone with it, so a request that leans on an earlier one would bring back placeholders whose
values nobody knows, or take one person's number for another's.
"""

import re
from collections.abc import Iterable
from typing import Any

_PARTS = frozenset(
    "chat_sessions chats conversation conversations interactions runs session sessions thread threads".split()
)
# Names of fields and parameters, folded: without what joins words, in lower case.
_KEYS = frozenset(
    "agentid assistantid audiourl batchid cachedcontent chatid chatsessionid containerid contextid conversation "
    "conversationid documentid documentids documenturl fileid fileids fileuri fileurl gcsuri imageurl inputfile "
    "inputfileid interactionid itemreference lastmessageid libraryid libraryids memoryid messageid parentid "
    "parentmessageid parentresponseid previousinteractionid previousmessageid previousresponseid responseid runid "
    "s3location s3uri sessionid threadid trainingfile validationfile vectorstoreid vectorstoreids".split()
)


def folded(key: str) -> str:
    """Return a field's name without what joins its words, in lower case."""
    return re.sub(r"[^A-Za-z0-9]", "", key).lower()


def is_key(key: str) -> bool:
    """Tell whether a field of this name says what the provider keeps."""
    return folded(key) in _KEYS


def leans(value: Any) -> bool:
    """Tell whether a JSON value names, at any depth, something that the provider keeps."""
    if isinstance(value, dict):
        return any((is_key(key) and member not in (None, "", [], {})) or leans(member) for key, member in value.items())
    return isinstance(value, list) and any(leans(element) for element in value)


def address(path: str, query_keys: Iterable[str]) -> bool:
    """Tell whether an address goes on with something that the provider keeps: `/v1/threads/{id}/messages`."""
    parts = [part for part in path.split("/") if part]
    return any(part in _PARTS for part in parts[:-1]) or any(map(is_key, query_keys))
