"""One person erased, beside a rebuild of what everybody left: CPU of this process, in turns.

    python -m tests.benchmarks.bench_forget [people, default 1000] [rounds, default 3]

Everybody has an account, a page in the archive and three grown pieces of evidence, read from a store on disk. A rebuild
joins all accounts, embeds all evidence with the packaged model and opens the pool; the second line leaves the embedding
out, as where every vector is kept. Erasing is `forget` as the command does it: list, store, vectors, archive, exports.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from ranking.corpus.corpus import build_corpus
from ranking.corpus.embedding import embed_evidence
from ranking.index.embedder import Memory
from ranking.pool import TalentPool
from ranking.upkeep.erasure import forget
from scrapers.candidates.joining import join_accounts, load_candidates
from scrapers.records import Account, Evidence, EvidenceKind, Page, Request
from scrapers.rights.suppression import SuppressionList
from scrapers.settings.home import Home
from scrapers.store import Store
from tests.benchmarks.grown import grown_corpus
from tests.benchmarks.timing import HEAD, Line, in_turns
from tests.support.arguments import arguments
from tests.support.constants import NOON

EACH = 3


def fill(store: Store, people: int) -> None:
    """Keep so many people, each with a page of their own."""
    texts = grown_corpus(people, EACH)[0].texts
    for number in range(people):
        url = f"https://makers.example/{number}"
        account = Account("makers.example", f"maker-{number}", url=url, name=f"Maker Number{number}")
        said = texts[number * EACH : (number + 1) * EACH]
        acts = [
            Evidence(EvidenceKind.POST, account.key, f"Part {nth}", text, f"{url}/{nth}")
            for nth, text in enumerate(said)
        ]
        body = "\n".join((f"<h1>{account.name}</h1>", *said)).encode()
        page = Page("forem", url, body, NOON, headers={"content-type": "text/html"})
        store.settle("live", Request("forem", url), page=page, records=[account, *acts])


def main(people: int = 1000, rounds: int = 3) -> list[Line]:
    """Print the table and return its lines."""
    with TemporaryDirectory() as folder, Store.open(home := Home(Path(folder) / "home"), durable=False) as store:
        fill(store, people)
        join_accounts(store, home.key, NOON)
        embed_evidence(store)
        listed, leaving = SuppressionList.open(home, store), leavers()

        def erase() -> None:
            gone = forget(next(leaving), home, store, listed, at=NOON)
            assert len(gone.accounts) == 1

        def reopen() -> None:
            join_accounts(store, home.key, NOON)
            TalentPool.open(home)

        def rebuild() -> None:
            join_accounts(store, home.key, NOON)
            build_corpus(load_candidates(store), Memory())

        lines = [
            Line(f"forget one of {people} people", what, *in_turns(erase, peer, rounds), aim)
            for what, peer, aim in (("a rebuild", rebuild, "0.05"), ("the same, vectors kept", reopen, ""))
        ]
    print(HEAD, *lines, sep="\n")
    return lines


def leavers() -> Iterator[str]:
    """One account after the other, none twice."""
    return (f"makers.example:maker-{number}" for number in count(0, 3))


if __name__ == "__main__":
    main(*arguments(__doc__, "people?", "rounds?", kind=int))
