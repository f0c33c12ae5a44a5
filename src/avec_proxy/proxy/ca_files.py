"""The authority's files: in a folder of this user's own, read only if nobody else could write them, written whole."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from avec_proxy.proxy.errors import GatewayError

_LARGEST = 1_000_000  # bytes; a chain of certificates has a few thousand
_POSIX = os.name == "posix"  # elsewhere a folder below the user's own is private by its access list


class CaError(GatewayError):
    """The authority cannot be used; one line in French that says what to do."""


def shown(text: object) -> str:
    """Return a path or a name as it may be printed: a terminal obeys what is not printable."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


def folder(path: Path) -> Path:
    """Return the folder `path`, made for this user alone if it is not there.

    Raises CaError: it cannot be made, is no folder, belongs to somebody else, or others may look into it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            path.chmod(0o700)  # a umask may have taken the user's own rights
        status = path.stat()
    except OSError as error:
        raise _unwritable(path, error) from None
    if not stat.S_ISDIR(status.st_mode):
        raise CaError(f"{shown(path)} n'est pas un dossier : choisissez-en un autre avec --confdir")
    _check(path, status, 0o077, "700")
    return path


def read_private(path: Path) -> bytes:
    """Return a file that holds a key. Raises FileNotFoundError, or CaError if another could have read or written it."""
    return _read(path, 0o077, "600", own_only=True)


def read_given(path: Path) -> bytes:
    """Return a file with a key that an administrator put there: the group may read it. Raises CaError."""
    try:
        return _read(path, 0o027, "640", own_only=False)
    except FileNotFoundError:
        raise CaError(f"{shown(path)} est introuvable : vérifiez le réglage ca_file") from None


def _read(path: Path, forbidden: int, wanted: str, *, own_only: bool) -> bytes:
    try:
        # O_NONBLOCK: a pipe in its place must not keep us waiting
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)  # of what was opened, whatever stands under this name now
            if not stat.S_ISREG(status.st_mode):
                raise CaError(f"{shown(path)} n'est pas un fichier")
            _check(path, status, forbidden, wanted, own_only=own_only)
            return file.read(_LARGEST)
    except FileNotFoundError:
        raise
    except OSError:
        raise CaError(f"{shown(path)} ne peut pas être lu : vérifiez ses droits") from None


def _check(path: Path, status: os.stat_result, forbidden: int, wanted: str, *, own_only: bool = True) -> None:
    if not _POSIX:
        return
    if status.st_uid != os.geteuid() and (own_only or status.st_uid != 0):
        raise CaError(f"{shown(path)} appartient à un autre utilisateur : choisissez un dossier à vous avec --confdir")
    if stat.S_IMODE(status.st_mode) & forbidden:
        raise CaError(f"{shown(path)} est ouvert à d'autres utilisateurs : fermez-le avec « chmod {wanted} »")


def write_new(path: Path, content: bytes) -> bool:
    """Write a file for this user alone, whole or not at all; return False, and write nothing, if it is there.

    Of two processes that write at once, one wins. Raises CaError.
    """
    with _written(path, content, 0o600) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if path.exists():
                return False
            draft.replace(path)
    return True


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file in place of what is there, whole or not at all. Raises CaError."""
    with _written(path, content, mode) as draft:
        draft.replace(path)


def publish(path: Path, content: bytes) -> None:
    """Write a file that anyone may read, unless it holds `content` already. Raises CaError."""
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        pass
    write(path, content, 0o644)


@contextlib.contextmanager
def _written(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    draft = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # 0600 whatever the umask
        draft = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        draft.chmod(mode)
        yield draft
    except OSError as error:
        raise _unwritable(path.parent, error) from None
    finally:
        if draft is not None:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> CaError:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return CaError(
        f"l'autorité de certification ne peut pas être gardée dans {shown(path)} ({reason}) : "
        "donnez un dossier où écrire avec --confdir"
    )
