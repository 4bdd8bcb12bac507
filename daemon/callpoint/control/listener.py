"""The socket's file: made, replaced when nobody listens behind it, and removed."""

import contextlib
import errno
import os
import socket
import stat
from pathlib import Path

from callpoint.errors import AlreadyRunningError, ControlError

MODE = 0o660
"""Its owner and its group may command the device; nobody else."""

_CHOOSE = "choose another path: [control] socket"


class Listener:
    """A listening unix socket and its file, which goes when it is closed.

    Raises ControlError when the path cannot be listened on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _make_room(path)
            self._bind()
        except BaseException:
            self.socket.close()
            raise
        self._identity = _identity(path)

    def _bind(self) -> None:
        try:
            self.socket.bind(str(self.path))
            # No one can connect before listen, so that there is no moment at which
            # the socket has the mode of the umask.
            os.chmod(self.path, MODE)
            self.socket.listen()
        except OSError as error:
            raise _unusable(self.path, error) from error

    def close(self) -> None:
        """Stop listening; remove the file unless somebody else's took its place."""
        self.socket.close()
        with contextlib.suppress(FileNotFoundError):
            if _identity(self.path) == self._identity:
                self.path.unlink()


def _make_room(path: Path) -> None:
    """Remove a file that nobody listens behind; refuse to touch anything else."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(path, error) from error
    if not stat.S_ISSOCK(mode):
        raise ControlError(f"{path} exists and is not a socket", _CHOOSE)
    if _is_alive(path):
        raise AlreadyRunningError(
            f"another callpoint daemon listens at {path}", f"stop it, or {_CHOOSE}"
        )
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error


def _is_alive(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        # A full backlog must not make us wait: it says EAGAIN, and is alive too.
        probe.setblocking(False)
        return probe.connect_ex(str(path)) not in (errno.ECONNREFUSED, errno.ENOENT)


def _unusable(path: Path, error: OSError) -> ControlError:
    what = f"cannot listen at {path}"
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        cause = f"there is no directory {path.parent}"
        return ControlError(f"{what}: {cause}", f"make it, or {_CHOOSE}")
    if error.errno == errno.EADDRINUSE:
        return ControlError(f"{what}: another daemon was quicker", _CHOOSE)
    # Python's own "AF_UNIX path too long" has no number and is clear as it is.
    return ControlError(f"{what}: {error.strerror or error}", _CHOOSE)


def _identity(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_dev, status.st_ino
