"""An archive folder answers instead of the network (design, "Archive (replay)")."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapers.faults import Fault
from scrapers.fetch.addresses import STANDARD
from scrapers.fetch.responses import FetchFailed, Response
from scrapers.fetch.retries import Clock, Pause, RetryingRequest
from scrapers.records import Code, Page, Refused, Request


class NoArchive(Fault):
    """A folder or file that is no archive: which one, where in it, and what is expected (exit code 2)."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A request of an archive with its response; a saved page stays on disk until it is asked for."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes | Path

    def answer(self) -> Response:
        body = self.body if isinstance(self.body, bytes) else _read(self.body)
        return Response(self.request.url, self.status, body, self.headers)


class Replay:
    """Every `index.json` of a folder and of those below it, in order of path, as one web that stands still.

    Equal requests get their answers in index order, the last one repeats. Nothing is slept: `waited` counts the
    seconds that the web would have taken, `missing` the requests that the archive does not answer.
    """

    def __init__(self, folder: Path) -> None:
        indexes = sorted(folder.rglob("index.json"))
        if not indexes:
            raise NoArchive(f'{folder}: no index.json here or below; an archive has one: {{"source", "files": [...]}}')
        recorded = [entry for index in indexes for entry in _entries(index)]
        self.entries = tuple(entry.request for entry in recorded)
        self.waited = 0.0
        self.missing = 0
        self._answers: defaultdict[str, list[_Recorded]] = defaultdict(list)
        for entry in recorded:
            self._answers[_key(entry.request)].append(entry)
        self._given: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    def fetch(
        self,
        request: Request,
        *,
        known: Page | None = None,
        pause: float = 0.0,
        token: str | None = None,  # noqa: ARG002  an archive asks nobody for a token
        token_host: str | None = None,  # noqa: ARG002
    ) -> Page | Refused:
        """The archived page, or why it is none, by the same rules as the web's; `not_archived` where there is none."""
        with self._lock:
            self.waited += pause
        try:
            steps, answer = RetryingRequest(STANDARD, Clock(jitter=lambda: 1.0)).steps(request, known), None
            while True:
                answer = self._take(steps.send(answer))
        except StopIteration as end:
            page: Page = end.value
            return page
        except FetchFailed as failed:
            with self._lock:
                self.missing += failed.code is Code.NOT_ARCHIVED
            return failed.refused(request)

    def _take(self, step: Request | Pause) -> Response | FetchFailed | None:
        """Answer a request from the archive; a pause is only counted."""
        with self._lock:
            if isinstance(step, Pause):
                self.waited += step.seconds
                return None
            key = _key(step)
            recorded = self._answers.get(key)
            if recorded is None:
                detail = "not in this archive; collect it live, or add it to the archive's index.json"
                return FetchFailed(Code.NOT_ARCHIVED, step.url, detail)
            nth = min(self._given[key], len(recorded) - 1)
            self._given[key] += 1
        return recorded[nth].answer()


def pages_of_file(source: str, path: Path, url: str, fetched_at: datetime) -> Iterator[Page]:
    """Return a saved page, or each exchange of a recording, as pages: also those that `refusal` turns down.

    A recording brings its own URLs. Raises NoArchive where the file cannot be read or is a broken recording.
    """
    recording = _recording(path)
    saved = [_Recorded(Request(source, url), 200, {}, path)]
    for entry in saved if recording is None else _exchanges(source, path, recording):
        answer = entry.answer()
        yield Page(
            source=source,
            url=answer.url,
            body=answer.body,
            fetched_at=fetched_at,
            status=answer.status,
            final_url=answer.url,
            headers=answer.headers,
            request_key=entry.request.key,
        )


def _entries(index: Path) -> Iterator[_Recorded]:
    """Return the entries of one index.json, recordings exchange by exchange."""
    listed = _json(index)
    if not isinstance(listed, dict) or not isinstance(listed.get("source"), str):
        raise NoArchive(f'{index}: expected an object with the name of a "source"')
    if not isinstance(listed.get("files"), list):
        raise NoArchive(f'{index}: expected a list "files" of {{"file", "url"}}')
    folder = index.parent.resolve()
    for nth, item in enumerate(listed["files"], start=1):
        where = f"{index}: entry {nth} of files"
        if not isinstance(item, dict) or not isinstance(item.get("file"), str):
            raise NoArchive(f'{where}: expected an object with a "file"')
        path = (folder / item["file"]).resolve()
        if not path.is_relative_to(folder):
            raise NoArchive(f"{where}: {item['file']} lies outside of the archive; move it below {index.parent}")
        if not path.is_file():
            raise NoArchive(f"{where}: {path} is not there; restore the file, or remove the entry")
        recording = _recording(path)
        if recording is not None:
            yield from _exchanges(listed["source"], path, recording)
            continue
        if not isinstance(item.get("url"), str):
            raise NoArchive(f'{where}: expected the "url" where {item["file"]} was saved from')
        status, headers = _status(item, where, 200), _headers(item, where)
        yield _Recorded(Request(listed["source"], item["url"]), status, headers, path)


def _recording(path: Path) -> list[Any] | None:
    """The exchanges of a recording, or None where the file is a saved page."""
    body = _read(path)
    if b'"exchanges"' not in body or body.lstrip()[:1] != b"{":
        return None
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = read.get("exchanges")
    told = isinstance(found, list) and any(
        isinstance(one, dict) and ("request" in one or "response" in one) for one in found
    )
    return found if told else None


def _exchanges(source: str, path: Path, exchanges: list[Any]) -> Iterator[_Recorded]:
    for nth, exchange in enumerate(exchanges, start=1):
        where = f"{path}: exchange {nth}"
        try:
            asked, told = exchange["request"], exchange["response"]
            method, url, body = str(asked.get("method", "GET")).upper(), asked["url"], asked.get("body")
        except (KeyError, TypeError, AttributeError):
            raise NoArchive(f'{where}: expected {{"request": {{"method", "url"}}, "response": {{"status"}}}}') from None
        if not isinstance(url, str) or not isinstance(told, dict):
            raise NoArchive(f'{where}: expected a "url" in the request and an object as the response')
        if method not in {"GET", "POST"}:
            raise NoArchive(f"{where}: method {method!r}; only GET and POST are ever asked")
        sent = None if method == "GET" or body is None else _text(body)
        request = Request(source, url, "POST" if method == "POST" else "GET", sent)
        headers, answered = _headers(told, where), told.get("body")
        if isinstance(answered, str) and (kind := headers.get("content-type")):
            headers["content-type"] = f"{kind.partition(';')[0].strip()}; charset=utf-8"  # as we write it below
        content = b"" if answered is None else _text(answered).encode("utf-8", "replace")
        yield _Recorded(request, _status(told, where, None), headers, content)


def _text(body: Any) -> str:
    """A body as it went over the wire: text as it is, anything else as JSON."""
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _status(entry: Mapping[str, Any], where: str, otherwise: int | None) -> int:
    status = entry.get("status", otherwise)
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise NoArchive(f'{where}: "status" {status!r}; expected an HTTP status such as 200')
    return status


def _headers(entry: Mapping[str, Any], where: str) -> dict[str, str]:
    headers = entry.get("headers") or {}
    if not isinstance(headers, dict):
        raise NoArchive(f'{where}: "headers" must be an object of names and values')
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _key(request: Request) -> str:
    """The request's key, with the spelling aside that no server sees (RFC 3986, 6.2) and the layout of a JSON body."""
    try:
        parts = urlsplit(request.url)
        netloc, path = parts.netloc.lower(), parts.path or "/"
        request = replace(request, url=parts._replace(netloc=netloc, path=path, fragment="").geturl())
        if request.body is not None:
            request = replace(request, body=json.dumps(json.loads(request.body), sort_keys=True))
    except (ValueError, RecursionError):
        pass  # compared as it stands
    return request.key


def _json(path: Path) -> Any:
    try:
        return json.loads(_read(path))
    except (ValueError, RecursionError) as fault:
        raise NoArchive(f"{path}: not JSON ({fault}); repair it or take it out of the archive") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise NoArchive(f"{path}: cannot be read ({fault.strerror or fault})") from None
