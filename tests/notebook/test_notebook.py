"""What a notebook shows: pictures that say what the scores say, moves that add up, and an example that runs."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from ranking.notebook.plots import asked_of, find_hubs
from ranking.pool import TalentPool
from ranking.shortlist.shortlist import Shortlist
from scrapers.settings.home import Home
from tests.support.hash_embedder import HashingEmbedder

DAY = date(2026, 11, 15)
NOTEBOOK = Path(__file__).parents[2] / "docs" / "first-look.ipynb"
ROLE = """# AI engineer

## Must have
- Retries and fallbacks around language model calls
- Measures whether a prompt got better

## Nice to have
- Wrote about a mistake in public

## Not looking for
- Watercolour brushes
"""
WORK = {
    "p-retry": "Retries with a budget: every language model call times out, falls back and is tried again.",
    "p-bench": "Measures whether a prompt got better, with two hundred questions.",
    "p-paint": "Watercolour brushes for the browser, and a palette that mixes like paint.",
    "p-chem": "Titration curves from noisy sensors.",
    "p-once": "A fallback that answers from a cache when the language model is down.",
    "p-$\\frac{$": "Wrote about a mistake in public: a fallback nobody had tried.",
}


@pytest.fixture(scope="module")
def pool() -> TalentPool:
    frame = pd.DataFrame(
        [(who, said.split()[0], said) for who, said in WORK.items()], columns=["person_id", "title", "text"]
    )
    return TalentPool.from_people(frame, embedder=HashingEmbedder())


@pytest.fixture(scope="module")
def shortlist(pool: TalentPool) -> Shortlist:
    return pool.rank(ROLE, top=len(WORK), as_of=DAY)


def drawn(figure: Figure) -> str:
    """The figure as SVG with its texts as texts."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(out, format="svg")
    return out.getvalue()


def test_bars_add_up_to_the_score(shortlist: Shortlist) -> None:
    """The parts of each bar, right of the line less left of it, are as long as the score."""
    (axes,) = shortlist.bars().axes
    lengths = np.zeros(len(shortlist))
    for bar in axes.patches:
        lengths[round(bar.get_y() + bar.get_height() / 2)] += bar.get_width()
    assert lengths == pytest.approx([match.score for match in shortlist])
    assert min(bar.get_width() for bar in axes.patches) < 0


def test_bars_do_not_overlap(shortlist: Shortlist) -> None:
    """On either side of the line each part begins where the last one ended."""
    (axes,) = shortlist.bars().axes
    for row in range(len(shortlist)):
        bars = [bar for bar in axes.patches if round(bar.get_y() + bar.get_height() / 2) == row]
        for side in (1, -1):
            ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars if side * bar.get_width() > 0]
            assert [start for start, _ in ends] == pytest.approx([0, *(end for _, end in ends)][: len(ends)])


def test_the_heat_map_says_what_the_matches_say(shortlist: Shortlist) -> None:
    """A row is a person's points by requirement; ticks, question marks and crosses are as many as the match has."""
    axes = shortlist.heatmap().axes[0]
    table = np.asarray(axes.images[0].get_array())
    signs = np.array([text.get_text() for text in axes.texts]).reshape(table.shape)
    for row, match in enumerate(shortlist):
        assert table[row].sum() == pytest.approx(sum(term.points for term in match.terms if asked_of(term)))
        found = [np.count_nonzero(signs[row] == sign) for sign in "✓?×"]
        assert found == [len(match.must_met), len(match.must_unknown), len(match.never_hit)]
    assert {"✓", "?", "×"} <= set(signs.ravel())


def test_only_the_shortlist_is_named_on_the_map(pool: TalentPool) -> None:
    """Everybody is a dot; the two of the shortlist have a name, and nobody else has name or id."""
    figure = pool.map(ROLE, top=2, as_of=DAY)
    named = {match.candidate.name for match in pool.rank(ROLE, top=2, as_of=DAY)}
    picture = drawn(figure)
    assert {who for who in WORK if who in picture} == named
    assert len(figure.axes[0].collections[0].get_offsets()) == len(WORK)


def test_a_dollar_sign_in_a_name_begins_no_formula(pool: TalentPool, shortlist: Shortlist) -> None:
    """A name that would be broken mathematics is shown as it stands, in each picture."""
    for figure in (shortlist.bars(), shortlist.heatmap(), pool.map(ROLE, top=len(WORK), as_of=DAY)):
        assert "p-$\\frac{$" in drawn(figure)


def test_hubs_are_those_near_to_nearly_everybody() -> None:
    """Three planted hubs are found in random directions, the centre of them all first or not, and no one else."""
    draw = np.random.default_rng(7)
    rows = draw.normal(size=(200, 96))
    rows += 1.2 * rows.std() * draw.normal(size=(1, 96))
    centre = rows.mean(axis=0)
    rows[[20, 90, 150]] = centre + 0.05 * draw.normal(size=(3, 96))
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    assert set(find_hubs(vectors)[:3].tolist()) == {20, 90, 150}
    assert find_hubs(np.eye(12, dtype=np.float32)[:4]).tolist() == []


def test_editing_the_role_moves_people(pool: TalentPool, shortlist: Shortlist) -> None:
    """Places and points are those of the two lists, who is on one only has no difference, and who left stands last."""
    musts = tuple(each for each in shortlist.role.requirements if "prompt" not in each.text)
    edited = pool.rank(replace(shortlist.role, requirements=musts), top=4, as_of=DAY)
    moved = edited.against(shortlist)
    now, was = ({m.candidate.id: m for m in each} for each in (edited, shortlist))
    assert list(moved["candidate_id"][:4]) == list(now)
    assert set(moved["candidate_id"][4:]) == set(was) - set(now)
    for row in moved.itertuples():
        assert row.was == was[row.candidate_id].rank
        if row.candidate_id in now:
            assert row.up == row.was - row.place
            assert row.points == pytest.approx(now[row.candidate_id].score - was[row.candidate_id].score)
        else:
            assert pd.isna(row.place)
            assert pd.isna(row.up)
    gone = moved.set_index("candidate_id").loc["p-bench"]
    assert pd.isna(gone["up"]) or (gone["up"] < 0 and "prompt" in gone["because"])


def test_nothing_moves_against_itself(shortlist: Shortlist) -> None:
    """The same list twice: no place, no point, no reason."""
    same = shortlist.against(shortlist)
    assert set(same["up"]) == {0}
    assert set(same["points"]) == {0}
    assert set(same["because"]) == {""}


def test_the_example_is_kept_without_outputs() -> None:
    """What is in git is what a person wrote: no output, no count."""
    import nbformat

    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


@pytest.mark.model
@pytest.mark.xdist_group("sample")
def test_the_example_runs_from_top_to_bottom(
    sample_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cell runs; three show a picture, four a table, one says why."""
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("HEADWATER_HOME", str(sample_home.folder))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=400, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in each for each in shown) == 3
    assert sum("<table" in each.get("text/html", "") for each in shown) == 4
    said = [output.text for cell in notebook.cells for output in cell.get("outputs", []) if "text" in output]
    assert any("score" in text for text in said)
