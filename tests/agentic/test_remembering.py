"""What runs bring from memory and leave in it, on a scripted model and a real memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic import Agent, ToolError, tool
from agentic.events import Answered, Learned, Recalled
from agentic.nodes.recall import BUDGET
from agentic.result import Result
from agentic.testing import ScriptedModel, call, enough, plan
from agentic.tools import BUILTIN
from memory import Memory
from memory.embedding import LexicalHash, estimate

__all__: list[str] = []


@tool(effects=["reads"])
def page(name: str) -> str:
    """Read a page."""
    if name != "home":
        raise ToolError(f"There is no page '{name}'; there are: home.")
    return "The harbour opens at nine."


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory", embedder=LexicalHash()) as memory:
        yield memory


def agent(memory: Memory, *script: str, folder: Path | None = None) -> Agent:
    tools = [page, *(BUILTIN[name] for name in ("remember", "recall", "search_documents"))]
    made = Agent("tester", tools=tools, model=ScriptedModel(*script), memory=memory)
    return made if folder is None else made.with_(workspace=folder)


NO_TOOL = plan(("none", "it"))


def test_a_fact_told_in_one_run_is_used_and_cited_in_the_next(memory: Memory) -> None:
    told = agent(
        memory,
        plan(("remember", "remember that Ann's favourite colour is teal")),
        call("remember", text="Ann's favourite colour is teal."),
        enough("remembered"),
        "I will remember it.",
    ).run("Please remember that Ann's favourite colour is teal.")
    assert told.status == "done"

    events = list(agent(memory, NO_TOOL, "She likes teal.").stream("Which colour does Ann like?"))
    result = Result.of(events)
    [fact] = memory.list(kinds=["fact"])
    assert result.answer == "She likes teal [1]."
    assert result.sources == [f"run {told.run_id} [memory {fact.id}]"]
    [answered] = [event for event in events if isinstance(event, Answered)]
    assert answered.sources == result.sources
    account = memory.why(fact.id)
    assert account is not None
    assert [use.by for use in account.uses] == [f"run {result.run_id}"]


def test_a_document_is_cited_by_file_and_line(memory: Memory, tmp_path: Path) -> None:
    guide = tmp_path / "指南.md"
    guide.write_text("# 安裝\n\n伺服器的通訊埠是 8443。\n\n# 備份\n\n每天凌晨兩點備份資料庫。\n")
    memory.ingest(guide)
    result = agent(
        memory,
        plan(("search_documents", "幾點備份")),
        call("search_documents", query="幾點備份資料庫？"),
        enough("兩點"),
        "資料庫在每天凌晨兩點備份。",
    ).run("我們幾點備份？")
    assert result.answer == "資料庫在每天凌晨兩點備份[1]。"
    assert result.sources[0] == f"{guide}:7"


def test_recall_keeps_to_its_budget_and_brings_no_episodes(memory: Memory) -> None:
    for number in range(8):
        memory.add(f"Harbour rule {number}: boats wait. " + f"Buoy {number} is red. " * 40)
    memory.add("Asked: harbour rules\nAnswered: boats wait at the harbour", kind="episode")
    model = ScriptedModel(NO_TOOL, "They wait.")
    events = list(
        Agent("tester", tools=[page], model=model, memory=memory).stream("harbour rules boats")
    )
    [recalled] = [event for event in events if isinstance(event, Recalled)]
    assert recalled.hits
    assert {hit.kind for hit in recalled.hits} == {"fact"}
    assert sum(estimate(hit.text) for hit in recalled.hits) <= BUDGET + 1
    shown = model.asked[0]
    assert "From memory" in shown
    assert f"[memory {recalled.hits[0].id[:8]}]" in shown


def test_marks_of_memory_that_the_model_copies_are_taken_out(memory: Memory) -> None:
    record = memory.add("Ann's favourite colour is teal.")
    said = f"Ann likes teal [memory {record.id[:8]}]."
    result = agent(memory, NO_TOOL, said).run("Which colour does Ann like?")
    assert result.answer == "Ann likes teal [1]."


def test_a_failure_that_was_overcome_becomes_a_lesson(memory: Memory) -> None:
    events = list(
        agent(
            memory,
            plan(("page", "the page")),
            *(call("page", name="start"), call("page", name="home")),
            enough("nine"),
            "It opens at nine.",
        ).stream("When does the harbour open? See the page.")
    )
    [learned] = [event for event in events if isinstance(event, Learned)]
    episode, lesson = (memory.get(id) for id in learned.ids)
    assert episode is not None
    assert lesson is not None
    assert episode.text == (
        "Asked: When does the harbour open? See the page.\n"
        "Done with: page\nAnswered: It opens at nine."
    )
    assert (episode.kind, lesson.kind) == ("episode", "lesson")
    assert lesson.text == (
        "page(name='start') failed: There is no page 'start'; there are: home.\n"
        "What worked: page(name='home')"
    )


def test_a_run_that_did_nothing_but_remember_leaves_no_episode(memory: Memory) -> None:
    agent(
        memory,
        plan(("remember", "記住小美最愛芒果")),
        call("remember", text="小美最愛的水果是芒果。"),
        enough("記住了"),
        "記住了。",
    ).run("請記住小美最愛芒果")
    assert [record.kind for record in memory.list()] == ["fact"]


def test_the_same_run_again_is_one_episode_with_two_sources(memory: Memory) -> None:
    for _ in range(2):
        agent(
            memory,
            *(plan(("page", "the page")), call("page", name="home"), enough("nine")),
            "It opens at nine.",
        ).run("When does the harbour open? See the page.")
    [episode] = memory.list(kinds=["episode"])
    account = memory.why(episode.id)
    assert account is not None
    assert len(account.sources) == 2


def test_what_fades_for_a_new_episode_is_told(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        memory.add(f"Asked: number {number}\nAnswered: so it was", kind="episode", importance=0.1)
    prune = Memory.prune
    monkeypatch.setattr(Memory, "prune", lambda self: prune(self, {"episode": 3}))
    events = agent(
        memory,
        *(plan(("page", "the page")), call("page", name="home"), enough("nine"), "At nine."),
    ).stream("When does the harbour open? See the page.")
    [learned] = [event for event in events if isinstance(event, Learned)]
    assert learned.faded == ["Asked: number 0 Answered: so it was"]
    assert len(list(memory.list(kinds=["episode"]))) == 3


def test_runs_in_circles_store_nothing_again(memory: Memory) -> None:
    """Runs that recall and then remember what was recalled, in every way that a model might."""
    facts = ["Ann's favourite colour is teal.", "小美最愛的水果是芒果。"]
    for fact in facts:
        memory.add(fact, source="a talk")
    before = {record.id for record in memory.list()}
    ask, query = "Recall Ann's favourite colour and 小美最愛的水果, and remember it", "Ann 小美"
    for number in range(40):
        given = agent(memory, NO_TOOL, "x").run("Ann's favourite colour 小美最愛的水果")
        assert given.sources
        shown = "\n".join(f"- {fact} {record_mark}" for fact, record_mark in _marked(memory))
        echoes = [facts[number % 2], shown, f"From memory: {shown}", " ".join(facts)]
        agent(
            memory,
            plan(("recall", "Recall Ann's favourite colour"), ("remember", "remember it")),
            call("recall", query=query),
            call("remember", text=echoes[number % 4]),
            *([call("remember", text=facts[0])] if number % 4 in (1, 2) else []),
            enough("done"),
            "Done.",
        ).run(ask)
    assert {record.id for record in memory.list()} == before


def _marked(memory: Memory) -> list[tuple[str, str]]:
    return [(record.text, record.mark) for record in memory.list(kinds=["fact"])]
