"""Hugging Face Hub: public models, each credited to its namespace.

A list of models does not say whether a namespace is a person or an organization. No account is stated before the
Hub's own overview of it says that it is somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from scrapers.parse.pages import NobodyThere, PageChanged, json_of
from scrapers.parse.prose import markdown_text
from scrapers.records import Account, AccountKey, Evidence, EvidenceKind, Page, Record, Request
from scrapers.sources import Source
from scrapers.sources import Watch as AnyWatch
from scrapers.text import day

HOST = "huggingface.co"
# Tags that say how a model is stored or served, not what it is about.
_PLUMBING = re.compile(
    r"(?:region|license|arxiv|doi|base_model|dataset|deploy|diffusers|template)(?::|$)"
    r"|safetensors$|endpoints_compatible$|autotrain_compatible$|eval-results$|custom_code$|model-index$"
)
_RELATIONS = ("quantized", "finetune", "adapter", "merge")


class Watch(AnyWatch):
    """Authors, tasks and search words whose models are read."""

    authors: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()


def plan(watch: Watch, since: date) -> Iterator[Request]:  # noqa: ARG001  # the newest come first
    """The newest models of each author, task and search."""
    asked = [("author", name) for name in watch.authors]
    asked += [("pipeline_tag", task) for task in watch.tasks] + [("search", words) for words in watch.searches]
    for name, value in asked:
        query = urlencode({name: value, "sort": "createdAt", "direction": -1, "limit": 100, "full": "true"})
        yield Request("huggingface", f"https://{HOST}/api/models?{query}")


def parse(page: Page) -> Iterator[Record]:
    """Yield each public model as evidence, and a request for who its namespace is; no likes, no downloads."""
    found = json_of(page)
    if re.search(r"/api/users/[^/]+/overview/?$", urlsplit(page.url).path):
        yield _account(found, page)
        return
    models = [found] if isinstance(found, dict) and "id" in found else found
    if not isinstance(models, list):
        raise PageChanged(page.url, "a list of models, or one model")
    if not models:
        raise NobodyThere(page.url, "no models")
    told = set()
    for model in models:
        name = model.get("id") or model.get("modelId") if isinstance(model, dict) else None
        if not isinstance(name, str) or not name:
            raise PageChanged(page.url, "models with an id")
        namespace = name.partition("/")[0] if "/" in name else None  # the oldest models belong to nobody
        if namespace and namespace not in told:
            told.add(namespace)
            yield _overview_of(namespace)
        if not model.get("private"):
            yield _model(name, AccountKey("huggingface", namespace) if namespace else None, model)
    if onward := _next_link(page.headers.get("link", "")):
        yield Request("huggingface", onward)


def _overview_of(namespace: str) -> Request:
    return Request("huggingface", f"https://{HOST}/api/users/{quote(namespace)}/overview")


def _account(said: Any, page: Page) -> Account:
    """The person or organization of a namespace's overview."""
    if not isinstance(said, dict) or not isinstance(handle := said.get("user") or said.get("name"), str):
        raise PageChanged(page.url, "an overview with a user")
    return Account(
        site="huggingface",
        handle=handle,
        url=f"https://{HOST}/{quote(handle)}",
        kind="organization" if said.get("type") in {"org", "organization"} else "person",
        name=said.get("fullname") or None,
        bio=said.get("details") or None,
    )


def _model(name: str, account: AccountKey | None, model: Mapping[str, Any]) -> Evidence:
    tags = [tag for tag in model.get("tags") or () if isinstance(tag, str)]
    bases = _bases(tags)
    relation = next((kind for kind in _RELATIONS if any(tag.startswith(f"base_model:{kind}:") for tag in tags)), None)
    papers = [tag.removeprefix("arxiv:") for tag in tags if tag.startswith("arxiv:")]
    topics = [tag for tag in tags if not _PLUMBING.match(tag)]
    return Evidence(
        kind=EvidenceKind.MODEL,
        account=account,
        title=name.partition("/")[2] or name,
        text=_text(name, model, topics, bases, relation),
        url=f"https://{HOST}/{quote(name)}",
        date=day(model.get("createdAt")),
        tags=tuple(topics),
        links=(*(f"https://arxiv.org/abs/{paper}" for paper in papers), *(f"https://{HOST}/{base}" for base in bases)),
        details={
            "id": name,
            "pipeline": model.get("pipeline_tag"),
            "library": model.get("library_name"),
            "base_models": bases,
            "derived": relation or ("derived" if bases else None),
            "reupload": relation == "quantized",
        },
    )


def _bases(tags: Sequence[str]) -> list[str]:
    """The models that this one was made from, without the relation that may stand before them."""
    named = (tag.removeprefix("base_model:") for tag in tags if tag.startswith("base_model:"))
    return list(dict.fromkeys(re.sub(rf"^(?:{'|'.join(_RELATIONS)}):", "", name) for name in named))


def _text(
    name: str, model: Mapping[str, Any], topics: Sequence[str], bases: Sequence[str], relation: str | None
) -> str:
    """Return the listing's facts on the model, in sentences; a model made from another says so first."""
    made_from = {"quantized": "Quantized re-upload of", "adapter": "Adapter for", "merge": "Merge of"}
    card = model.get("cardData") or {}
    described = card.get("description") or model.get("description") if isinstance(card, dict) else None
    lines = [
        f"{made_from.get(relation or '', 'Fine-tuned from')} {', '.join(bases)}." if bases else "",
        f"Model {name.partition('/')[2] or name}" + (f" for {task}." if (task := model.get("pipeline_tag")) else "."),
        f"Topics: {', '.join(topics)}." if topics else "",
        markdown_text(str(described)) if described else "",
    ]
    return "\n".join(line for line in lines if line)


def _next_link(header: str) -> str | None:
    """The address of the next page in a Link header (RFC 8288), or None."""
    match = re.search(r'<([^<>]+)>\s*;\s*rel="?next"?', header)
    return match[1] if match else None


SOURCE = Source(
    name="huggingface",
    title="Hugging Face Hub models",
    plan=plan,
    parse=parse,
    watch=Watch,
    profiles={"huggingface": _overview_of},
    follow=(HOST,),
    timeless=True,
)
