"""Whom an applicant tracking system knows: flagged, given to nobody as a contact, kept as hashes only."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ranking.handover.ats_known import FILE, is_export_of_others, remember, with_known
from ranking.handover.exporting import export
from ranking.handover.spreadsheets import FeedbackUnreadable
from scrapers.settings.home import Home
from tests.exports.test_exports import shortlist
from tests.support.constants import NOON

EXPORTS = {
    "greenhouse": "First Name,Last Name,Email,Social Media\r\nA,B,ada@example.com,https://devpost.com/Ada-Example\r\n",
    "lever": 'Full name,Email,Links\r\nA B,,"https://x.example/, https://devpost.com/ada-example"\r\n',
    "gem": "first_name,last_name,email,linkedin_url\r\nA,B,b@example.com,https://ada.example/\r\n",
}


@pytest.mark.parametrize("name", EXPORTS)
def test_who_is_known_there_is_flagged_and_not_handed_out(name: str, home: Home, tmp_path: Path) -> None:
    """Matched by any profile link or page; nothing readable of the export is kept; twice is once."""
    file = tmp_path / "theirs.csv"
    file.write_text(EXPORTS[name], encoding="utf-8", newline="")
    listed = shortlist()
    if name == "gem":
        account = listed.matches[0].candidate.accounts[0]
        assert "https://ada.example/" in account.links
    assert is_export_of_others(file)
    assert with_known(listed, home) is listed
    assert remember(file, home) > 0
    assert remember(file, home) == 0
    held = (home / FILE).read_text()
    assert not any(word in held for word in ("ada-", "ada.", "example", "devpost", "@"))
    path = export(listed, home, "shortlist_csv", tmp_path / "list", at=NOON)
    (row,) = csv.DictReader(path.open(encoding="utf-8", newline=""))
    assert "already_known" in row["flags"]
    assert row["contact_url"] == ""


def test_an_export_that_names_nobody_is_refused(home: Home, tmp_path: Path) -> None:
    """Columns without a link or an address are told by file."""
    (tmp_path / "e.csv").write_text("Full name,Email\r\nA,\r\n")
    with pytest.raises(FeedbackUnreadable, match="nobody to know"):
        remember(tmp_path / "e.csv", home)
