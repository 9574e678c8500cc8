"""Accounts: what `why` tells of a record, and what becomes of uses."""

from memory import Memory
from memory.accounts import LATEST

__all__: list[str] = []


def test_the_account_of_a_new_record(memory: Memory) -> None:
    record = memory.add("Ann owns a boat.", source="run 1", importance=0.8)
    account = memory.why(record.id)
    assert account is not None
    assert account.record == record
    assert account.sources == ("run 1",)
    assert (account.uses, account.used, account.history, account.before) == ((), 0, (), ())
    assert account.because is account.instead is None
    assert 0.799 < account.strength <= 0.8
    assert memory.why("none such") is memory.why("") is None


def test_every_source_is_told_once(memory: Memory) -> None:
    record = memory.add("小英住在高雄。", source="run 1")
    for source in ("run 2", None, "run 1", "筆記", "run 2"):
        assert memory.add("请记住：小英住在高雄", source=source) == record
    account = memory.why(record.id)
    assert account is not None
    assert account.sources[0] == "run 1"
    assert sorted(account.sources) == ["run 1", "run 2", "筆記"]
    assert [event.detail["source"] for event in account.history] == ["run 2", "筆記"]
    assert [record.id for record in memory.list(source="筆記")] == [record.id]
    nobody = memory.add("Bob owns a barn.")
    assert memory.why(nobody.id).sources == ()  # type: ignore[union-attr]


def test_uses_are_counted_and_the_latest_are_told(memory: Memory) -> None:
    first, second = memory.add_many(["Ann owns a boat.", "Bob owns a barn."])
    for n in range(LATEST + 3):
        memory.use(first.id, by=f"run {n}")
    memory.use([first.id, second.id, second.id, "none such"], by="last")
    account = memory.why(first.id)
    assert account is not None
    assert account.used == LATEST + 4
    assert len(account.uses) == LATEST
    assert account.uses[0].by == "last"
    assert account.uses[0].at >= account.uses[-1].at
    assert memory.why(second.id).used == 1  # type: ignore[union-attr]


def test_what_took_whose_place(memory: Memory) -> None:
    rome = memory.add("Ann lives in Rome", source="run 1")
    memory.add("Please remember: Ann lives in Rome.", source="run 2")
    memory.use(rome.id, by="run 3")
    oslo = memory.add("Ann has moved to Oslo", source="run 4")
    bern = memory.add("Ann lives in Bern", source="run 5")
    first, second, third = (memory.why(each.id) for each in (rome, oslo, bern))
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.because, first.instead, first.before) == ("superseded", oslo.id, ())
    assert first.sources == ("run 1", "run 2")
    assert first.used == 1
    assert [event.event for event in first.history] == ["merged", "superseded"]
    assert first.history[1].detail == {"uses": 1, "by": oslo.id}
    assert [record.text for record in second.before] == ["Ann lives in Rome"]
    assert [event.event for event in second.history] == ["supersedes", "superseded"]
    assert [record.text for record in third.before] == ["Ann has moved to Oslo"]
    assert (third.because, third.instead) == (None, None)
    assert rome.created <= first.record.ended <= second.record.ended  # type: ignore[operator]


def test_of_what_is_forgotten_there_is_no_account(memory: Memory) -> None:
    rome = memory.add("Ann lives in Rome")
    oslo = memory.add("Ann lives in Oslo")
    assert memory.forget(oslo.id) == 1
    assert memory.why(oslo.id) is memory.why(rome.id) is None
    assert memory.get(rome.id) is None
