"""What a search does to stay quick in a large memory, and what it must not cost."""

import pytest

from memory import Memory
from memory.finding import _expression

__all__: list[str] = []


def test_the_commonest_terms_bring_no_records_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"boat": 3, "city": 90, "year": 80}
    monkeypatch.setattr("memory.finding.POSTINGS", 100)
    assert _expression(known, ["city", "boat", "year"]) == (
        '"boat" OR "year" OR (("boat" OR "year") AND ("city"))'
    )
    assert _expression(known, ["city", "boat"]) == '"city" OR "boat"'
    monkeypatch.setattr("memory.finding.POSTINGS", 1)
    assert _expression(known, ["city", "year"]) == '"year" OR (("year") AND ("city"))'
    assert _expression({}, []) == ""


@pytest.mark.parametrize(
    ("rare", "common"), [("lighthouse", "harbour"), ("燈塔", "港口")], ids=["en", "zh"]
)
def test_a_common_term_still_counts_beside_a_rare_one(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, rare: str, common: str
) -> None:
    monkeypatch.setattr("memory.finding.POSTINGS", 10)
    memory.add_many({"text": f"{common} {n} {n * 7}", "kind": "note"} for n in range(40))
    memory.add_many({"text": f"{rare} {n} {n * 7}", "kind": "note"} for n in range(3))
    both = memory.add(f"{rare} {common} 1 2", kind="note")
    hits = memory.search(f"{common} {rare}", limit=50)
    ranked = sorted((h.why["words"].rank or 0, h.record.text) for h in hits if "words" in h.why)
    assert ranked[0] == (1, both.text)
    assert all(rare in text for _, text in ranked)
    assert len(ranked) == 4


@pytest.mark.parametrize("limit", [5, 30])
def test_a_wide_filter_gives_as_many_as_are_wanted(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr("memory.finding.FEW", 5)
    monkeypatch.setattr("memory.finding.OF_WORDS", 1)
    monkeypatch.setattr("memory.finding.OF_VECTORS", 1)
    memory.add_many(
        {"text": f"pear 梨 {n}", "kind": "note", "metadata": {"tenth": n % 10}} for n in range(400)
    )
    for query in ("pear", "梨", "nothing alike"):
        hits = memory.search(query, where={"tenth": 3}, limit=limit)
        assert len(hits) == limit
        assert all(hit.record.metadata["tenth"] == 3 for hit in hits)
