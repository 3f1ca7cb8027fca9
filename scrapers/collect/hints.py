"""Remedies: one sentence for each failure code on what a reader of the report can do."""

from __future__ import annotations

from collections.abc import Mapping

from scrapers.records import Code

REMEDY: Mapping[Code, str] = {
    Code.BLOCKED: "the site does not want us; leave it out, or ask its owner",
    Code.GONE: "nothing: what the page alone said is removed",
    Code.EMPTY: "nothing: the page itself says that there is nobody",
    Code.NOT_A_PAGE: "open the address in a browser; if it asks to sign in or to prove something, leave it out",
    Code.NOT_ARCHIVED: "collect it live, or add it to the archive",
    Code.NOINDEX: "nothing: the site asks not to be kept",
    Code.SSRF_REFUSED: "correct the address in sources.toml; only public hosts are asked",
    Code.ROBOTS_DENIED: (
        "robots.txt keeps us away: take the address out of sources.toml; for a documented API that you use under its "
        "own terms, name the source in apis_by_terms in operator.toml"
    ),
    Code.ROBOTS_UNREACHABLE: "nothing: the next run asks again",
    Code.TOO_LARGE: "leave the page out, or read a smaller part of it",
    Code.BAD_ENCODING: "nothing: the next run asks again; tell the site's owner if it stays",
    Code.TIMEOUT: "nothing: the next run asks again",
    Code.UNREACHABLE: "check the address and the network; the next run asks again",
    Code.REDIRECTS: "correct the address in sources.toml",
    Code.HTTP_STATUS: "check the address in sources.toml; the next run asks again",
    Code.RATE_DEFERRED: "nothing: the next run goes on there; a token raises most limits",
    Code.TRUNCATED: "nothing: the next run asks again",
    Code.SCHEMA_DRIFT: "the page changed: `headwater record` it, mend the parser, then `headwater collect --reparse`",
    Code.SUSPICIOUS_YIELD: "look at the source; if so little is right, run `headwater collect SOURCE --accept-yield`",
    Code.LIMIT: "raise the limit in sources.toml if you want more; the next run goes on there",
    Code.TERMS_MISSING: "read the terms and write down when",
    Code.SUPPRESSED: "nothing: this person asked to be left out",
    Code.INTEGRITY: "run again; if it stays, report it with this line",
    Code.LOCKED: "wait for the other run to end, or pass --wait SECONDS",
    Code.STORAGE: "free disk space or check the folder, then run again",
    Code.CONFIG: "correct the named setting",
}
