"""The operator's settings, `operator.toml`: contact, controller, notice, accepted terms, models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from scrapers.settings.strict import Strict


class Controller(Strict):
    """Controller of the data (GDPR Art. 4(7)), as the notice names them, and how long they keep people (G8).

    Days are counted from the last new act, the notice, the last contact: `unnotified_days` where nobody was told yet,
    `retention_days` after a notice without an answer, `contacted_days` after an answer.
    """

    name: str = Field(min_length=1)
    contact: str = Field(min_length=3)
    purpose: str = Field(min_length=3)
    legal_basis: str = Field(min_length=3)
    retention_days: int = Field(default=180, ge=1, le=730)
    unnotified_days: int = Field(default=30, ge=1, le=30)
    contacted_days: int = Field(default=730, ge=1, le=730)


class Notice(Strict):
    """Policy of notice: to each person, or by a public notice whose balancing note is dated."""

    policy: Literal["each", "public"] = "each"
    public_url: str | None = None
    balancing_note_on: date | None = None

    @model_validator(mode="after")
    def _public_is_complete(self) -> Self:
        if self.policy == "public" and not (self.public_url and self.balancing_note_on):
            raise ValueError('policy = "public" needs public_url and balancing_note_on; or tell each person ("each")')
        return self


class PriorContacts(Strict):
    """Places where people have met the operator: repositories as "owner/name", events run and conferences attended, by
    name or address.
    """

    repositories: tuple[Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+$")], ...] = ()
    events: tuple[Annotated[str, Field(min_length=3)], ...] = ()
    conferences: tuple[Annotated[str, Field(min_length=3)], ...] = ()


class Embedding(Strict):
    """The model that embeds texts in place of the packaged one: a local folder, or a name on the model hub.

    `revision` is a commit, tag or branch there. The prompts are put before what is asked and what was written, as the
    model's card says.
    """

    model: str = Field(min_length=1)
    revision: str | None = None
    query_prompt: str = ""
    passage_prompt: str = ""


class Reranking(Strict):
    """The cross-encoder that reads the best people again, named as for `Embedding`, and what its word counts."""

    model: str = Field(min_length=1)
    revision: str | None = None
    weight: float = Field(default=0.5, gt=0, le=4)


class Operator(Strict):
    """`operator.toml`: contact, controller, notice policy and the terms that the operator has accepted.

    `apis_by_terms` names sources whose documented API the operator uses under its published terms: robots.txt, written
    for crawlers of pages (RFC 9309), is not asked at that API's host. Only sources of basis "api"; empty by default.
    For `cool_down_days` after somebody was handed over for one role, no other role is given a contact. `embedding` and
    `reranker` name models of the operator's choice; without them there is the packaged one alone, in `precision`
    or, by default, in the one that the processor is made for.
    """

    contact: str = Field(min_length=3)
    controller: Controller
    notice: Notice = Notice()
    cool_down_days: int = Field(default=90, ge=0, le=730)
    accepted: Mapping[str, date] = Field(default_factory=dict)
    apis_by_terms: tuple[str, ...] = ()
    warm: PriorContacts = PriorContacts()
    embedding: Embedding | None = None
    precision: Literal["fp32", "bf16"] | None = None
    reranker: Reranking | None = None
