"""Models on the Hub: whose they are, and which are somebody else's work packed again."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scrapers.parse.pages import NobodyThere, PageChanged
from scrapers.reading.cleaning import read_page
from scrapers.records import Account, Evidence, Page, Record, Request
from scrapers.sources.huggingface import SOURCE, Watch, plan

LIST = "https://huggingface.co/api/models"


def read(said: Any, url: str = LIST, **headers: str) -> list[Record]:
    return list(
        SOURCE.parse(
            Page("huggingface", url, json.dumps(said).encode(), datetime(2026, 11, 21, tzinfo=UTC), headers=headers)
        )
    )


def model(*tags: str, **more: Any) -> dict[str, Any]:
    return {"id": "ada/tiny", "tags": list(tags), "createdAt": "2026-04-09T03:37:12.000Z"} | more


def only(said: Any) -> Evidence:
    (found,) = [record for record in read([said]) if isinstance(record, Evidence)]
    return found


@pytest.mark.parametrize(
    ("tags", "derived", "reupload"),
    [
        ((), None, False),
        (("base_model:pond/otter",), "derived", False),
        (("base_model:pond/otter", "base_model:finetune:pond/otter"), "finetune", False),
        (("base_model:pond/otter", "base_model:quantized:pond/otter"), "quantized", True),
    ],
)
def test_a_model_made_from_another_says_so(tags: tuple[str, ...], derived: str | None, reupload: bool) -> None:
    """A re-quantizer is not the author of the model, and the text begins with whose it is."""
    found = only(model(*tags))
    assert (found.details["derived"], found.details["reupload"]) == (derived, reupload)
    assert ("pond/otter" in found.text.split("\n")[0]) == bool(tags)


def test_fame_is_left_out() -> None:
    """Likes and downloads change nothing of what is kept."""
    assert read([model(likes=9, downloads=10**6)]) == read([model(likes=0)])


def test_a_namespace_is_nobody_before_the_hub_says_so() -> None:
    """A list asks once who each namespace is and states no account; the overview tells a person from a firm."""
    records = read([model(), model(id="ada/other")])
    assert [r.url for r in records if isinstance(r, Request)] == ["https://huggingface.co/api/users/ada/overview"]
    assert not [r for r in records if isinstance(r, Account)]
    kinds = [
        read({"user": "ada", "type": kind, "fullname": "Ada"}, "https://huggingface.co/api/users/ada/overview")
        for kind in ("user", "org")
    ]
    assert [record.kind for (record,) in kinds if isinstance(record, Account)] == ["person", "organization"]


def test_papers_are_links() -> None:
    """arXiv numbers become links, which no redaction takes for telephone numbers."""
    page = Page(
        "huggingface", LIST, json.dumps([model("arxiv:2604.02296")]).encode(), datetime(2026, 11, 21, tzinfo=UTC)
    )
    (found,) = [record for record in read_page(SOURCE, page) if isinstance(record, Evidence)]
    assert found.links == ("https://arxiv.org/abs/2604.02296",)


def test_the_next_page_is_the_headers() -> None:
    """Paging follows the Link header and builds no address."""
    onward = [r.url for r in read([model()], link=f'<{LIST}?cursor=x>; rel="next"') if isinstance(r, Request)]
    assert onward[-1] == f"{LIST}?cursor=x"


@pytest.mark.parametrize(
    ("said", "error"), [([], NobodyThere), ({"error": "x"}, PageChanged), ([{"likes": 1}], PageChanged)]
)
def test_what_lists_no_models_is_refused(said: Any, error: type[Exception]) -> None:
    """An empty list says that there is nobody; a list without ids has changed."""
    with pytest.raises(error):
        read(said)


def test_private_and_ownerless_models_credit_nobody() -> None:
    """A private model is not kept; one of the oldest, without namespace, has no account."""
    assert only(model(id="bert")).account is None
    assert not [r for r in read([model(private=True)]) if isinstance(r, Evidence)]


def test_the_plan_asks_per_author_task_and_search() -> None:
    """Every author, task and search is one request."""
    watch = Watch(authors=("ada",), tasks=("text-ranking",), searches=("reranker",))
    assert len({r.url for r in plan(watch, date(2026, 1, 1))}) == 3
