"""The lines of a file, unpacked as they are read, in bounded memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import IO

from scrapers.records import Code

LONGEST_LINE = 1 << 22  # bytes; what is longer comes cut
MOST_UNPACKED = 1 << 36  # bytes of one file; above that it is a bomb
_GZIP = b"\x1f\x8b"


class Damaged(Exception):
    """The file ends early, fails its checksum, or unpacks to more than anybody would read."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def is_gzip(body: bytes) -> bool:
    """True if the bytes begin a gzip file."""
    return body.startswith(_GZIP)


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield each line of a file from its beginning, gzipped or not; raises Damaged unless the file is whole.

    Only a line's worth of memory is held, however large the file is or pretends to be.
    """
    file.seek(0)
    packed = is_gzip(file.read(len(_GZIP)))
    file.seek(0)
    with gzip.GzipFile(fileobj=file) if packed else _Open(file) as unpacked:
        try:
            yield from _lines(unpacked)
        except EOFError:
            raise Damaged(Code.TRUNCATED, "the gzip file breaks off") from None
        except (gzip.BadGzipFile, zlib.error):
            raise Damaged(Code.BAD_ENCODING, "the gzip file is damaged") from None


class _Open:
    """A file that somebody else closes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __enter__(self) -> IO[bytes]:
        return self._file

    def __exit__(self, *_: object) -> None:
        pass


def _lines(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    room, whole = MOST_UNPACKED, True
    while line := file.readline(LONGEST_LINE):
        room -= len(line)
        if room < 0:
            raise Damaged(Code.TOO_LARGE, f"unpacks to more than {MOST_UNPACKED >> 30} GiB")
        if whole:
            yield line
        whole = line.endswith(b"\n")
