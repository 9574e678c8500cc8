"""The REPL, driven through a pipe in place of the keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input

from agentic import Agent, Permissions, ToolContext, tool
from agentic.console.assembly import Choice
from agentic.console.completion import SlashCompleter
from agentic.console.line_history import open_history
from agentic.console.talk import Talk
from agentic.console.tongue import greeting
from agentic.errors import ModelError
from agentic.testing import call, enough, plan
from memory import Memory
from tests.agentic.console.bench import Bench, interrupt

NO_PLAN = plan()
Driven = Callable[..., str]


def test_a_task_is_done_in_the_open_and_its_answer_shown(keys: PipeInput) -> None:
    bench = Bench(plan(("add", "2 and 3")), call("add", a=2, b=3), enough("5"), "It is 5.")
    shown = bench.type(keys, "Add 2 and 3\r")
    assert "✓ c1 add(a=2, b=3) → 5" in shown
    assert "\nIt is 5.\n" in shown
    assert "done in" in shown


def test_a_task_knows_the_earlier_ones_until_a_new_talk(keys: PipeInput) -> None:
    bench = Bench(NO_PLAN, "Bergen.", NO_PLAN, "It rains.", NO_PLAN, "Which?")
    bench.type(keys, "Name a harbour\rHow is it there?\r/new\rAnd there?\r")
    asked = bench.model.asked
    assert "Name a harbour" in asked[2]
    assert "Bergen." in asked[2]
    assert "Name a harbour" not in asked[4]


def test_of_long_earlier_texts_only_the_beginning_is_told(keys: PipeInput) -> None:
    bench = Bench(NO_PLAN, "港" * 5000, NO_PLAN, "Short.")
    bench.type(keys, f"{'word ' * 2000}end\rAnd now?\r")
    assert "word word" in bench.model.asked[2]
    assert "港港" in bench.model.asked[2]
    assert len(bench.model.asked[2]) < len(bench.model.asked[0]) < 15_000


def test_ctrl_c_stops_the_run_and_keeps_the_talk(keys: PipeInput) -> None:
    bench = Bench(plan(("interrupt", "stop")), call("interrupt"), enough("x"), NO_PLAN, "Here.")
    shown = bench.type(keys, "stop\r/new\r")
    assert "interrupted; /resume goes on with it\n" in shown
    assert "The next task knows" in shown
    assert bench.talk.turns == []


def test_ctrl_c_clears_the_line(keys: PipeInput) -> None:
    bench = Bench()
    bench.type(keys, "half a tas\x03/new\r")
    assert bench.lines == ["/new"]


def test_lines_are_joined_by_a_backslash_and_by_escape_enter(keys: PipeInput) -> None:
    bench = Bench(NO_PLAN, "ok")
    bench.type(keys, "one\\\rtwo\x1b\rthree\r")
    assert bench.lines == ["one\ntwo\nthree"]
    assert "one\ntwo\nthree" in bench.model.asked[0]


def test_a_pasted_text_is_one_task(keys: PipeInput) -> None:
    bench = Bench(NO_PLAN, "ok")
    bench.type(keys, "\x1b[200~one\ntwo\n三\x1b[201~\r")
    assert bench.lines == ["one\ntwo\n三"]


def test_an_error_is_told_and_the_talk_goes_on(keys: PipeInput) -> None:
    bench = Bench(ModelError("The model \x1b[31mleft."), NO_PLAN, "Back.")
    shown = bench.type(keys, "one\rtwo\r")
    assert "The model left." in shown
    assert "\nBack.\n" in shown


def test_commands(keys: PipeInput, home: Path) -> None:
    with Memory(home / "memory") as memory:
        memory.add("The harbour city is Bergen.")
        bench = Bench(memory=memory)
        shown = bench.type(
            keys, "/help\r/tools\r/memory\r/memory harbour\r/model\r/verbose\r/verbose\r"
        )
    for part in (
        "/memory [QUERY]",
        "add        Add two numbers.",
        "1 fact",
        "1. The harbour city is Bergen.",
        "✓ local ",
        "Showing everything.\nShowing the outline.\n",
    ):
        assert part in shown
    assert bench.talk.verbose is False


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/modle", "No command /modle. Did you mean '/model'?"),
        ("/xyzzy", "No command /xyzzy. /help lists what there is."),
        ("/help me", "/help takes nothing more."),
        ("/memory", "This agent has no memory."),
    ],
)
def test_wrong_commands_say_what_would_work(keys: PipeInput, typed: str, said: str) -> None:
    assert said in Bench().type(keys, f"{typed}\r")


def test_another_model_is_taken_only_if_it_can_be_had(keys: PipeInput) -> None:
    bench = Bench()
    shown = bench.type(keys, "/model broken\r/model other\r/quit\rnever read\r")
    assert "It is broken.\nThe model is other now.\n" in shown
    assert [choice.model for choice in bench.made] == ["broken", "other"]
    assert bench.talk.choice.model == "other"
    assert "never read" not in bench.lines


class Watched(Memory):
    """A memory that tells whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True
        super().close()


@pytest.mark.parametrize("where", ["in view", "in the background", "in the background, unused"])
def test_the_memory_of_the_agent_before_is_closed(tmp_path: Path, where: str) -> None:
    before, after = Watched(tmp_path / "a"), Watched(tmp_path / "b")
    bench = Bench(memory=before)
    warm = None if where == "in view" else lambda choice: bench.agent
    talk = Talk(bench.talk.console, bench.make, Choice(), warm=warm)
    talk.prepare()
    if not where.endswith("unused"):
        assert talk.agent.memory is before
    bench.agent = bench.agent.with_(memory=after)
    talk.change(model="other")
    assert talk.agent.memory is after
    assert not after.closed
    talk.close()
    assert before.closed
    assert after.closed


def test_the_agent_is_made_in_the_background_once(keys: PipeInput) -> None:
    bench = Bench(NO_PLAN, "ok", NO_PLAN, "ok")
    warmed: list[Choice] = []

    def warm(choice: Choice) -> Agent:
        warmed.append(choice)
        return bench.agent

    bench.talk = Talk(bench.talk.console, bench.make, Choice(agent="a"), warm=warm)
    bench.type(keys, "one\rtwo\r")
    assert warmed == [Choice(agent="a")]
    assert bench.made == []


@pytest.mark.parametrize("gave", [None, OSError("no")])
def test_what_the_background_cannot_make_is_made_in_view(
    keys: PipeInput, gave: Exception | None
) -> None:
    bench = Bench(NO_PLAN, "ok")

    def warm(choice: Choice) -> None:
        if gave is not None:
            raise gave

    bench.talk = Talk(bench.talk.console, bench.make, Choice(), warm=warm)
    assert "\nok\n" in bench.type(keys, "one\r")
    assert len(bench.made) == 1


def completed(line: str) -> list[str]:
    document = Document(line)
    return [found.text for found in SlashCompleter().get_completions(document, CompleteEvent())]


def test_completion_of_commands_and_names(shelf: Path) -> None:
    assert completed("/m") == ["/memory", "/model"]
    assert completed("/model lo") == ["local", "local:0.5b"]
    assert completed("/agent scr") == ["scripted"]
    assert completed("/rec") == ["/recall"]
    assert completed("/why abc") == []
    assert completed("hello /m") == completed("m") == completed("/new x") == []
    [found] = SlashCompleter().get_completions(Document("/mod"), CompleteEvent())
    assert "another one" in found.display_meta_text


def test_history_is_kept_where_it_can_be(tmp_path: Path) -> None:
    path = tmp_path / "new" / "history"
    kept, trouble = open_history(path)
    kept.append_string("多行\nline")
    assert trouble == ""
    assert list(open_history(path)[0].load_history_strings()) == ["多行\nline"]
    blocked, trouble = open_history(path / "history")
    blocked.append_string("x")
    assert "can't be kept" in trouble
    path.unlink()
    path.parent.rmdir()
    kept.append_string("lost, and no harm done")


@pytest.mark.parametrize(
    ("locale", "begins"),
    [
        ({"LANG": "zh_TW.UTF-8"}, "輸入任務"),
        ({"LANG": "en_US.UTF-8"}, "Type a task"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_HK"}, "輸入任務"),
        ({}, "Type a task"),
    ],
)
def test_the_greeting_speaks_the_users_language_in_few_words(
    locale: dict[str, str], begins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    lines = greeting().splitlines()
    assert lines[0].startswith(begins)
    assert len(lines) <= 4


def sending(sent: list[str], *script: str) -> Bench:
    """A bench whose agent sends what it was allowed to."""

    @tool(effects=["sends"])
    def send(to: str) -> str:
        """Send a note."""
        sent.append(to)
        return f"sent to {to}"

    bench = Bench(*script)
    bench.agent = Agent("scripted", tools=[send, interrupt], model=bench.model)
    return bench


ONE = (plan(("send", "Send a note")), call("send", to="Ann"))


def test_a_question_is_asked_in_the_talk_and_the_run_goes_on(keys: PipeInput) -> None:
    sent: list[str] = []
    bench = sending(sent, *ONE, enough("sent"), "It was sent.", plan(), "To Ann.")
    shown = bench.type(keys, "Send a note\rwhat\ry\rTo whom?\r")
    assert "? send: it brings something to others\n    to = Ann\nType y, n or e.\n" in shown
    assert '✓ c1 send(to="Ann") → sent to Ann' in shown
    assert "\nIt was sent.\n" in shown
    assert sent == ["Ann"]
    assert "It was sent." in bench.model.asked[4], "the next task knows of it"
    assert bench.lines == ["Send a note", "To whom?"]


def test_arguments_are_changed_in_the_talk(keys: PipeInput) -> None:
    sent: list[str] = []
    bench = sending(sent, *ONE, enough("sent"), "It was sent.")
    shown = bench.type(keys, 'Send a note\re\r{"to": "Bob"}\r')
    assert '✓ c1 send(to="Bob") → sent to Bob' in shown
    assert sent == ["Bob"]


def test_a_question_that_is_left_is_asked_again_by_resume(keys: PipeInput) -> None:
    sent: list[str] = []
    bench = sending(sent, *ONE, enough("sent"), "It was sent.")
    shown = bench.type(keys, "Send a note\r\x03/resume\r\x03/resume\ry\r")
    assert shown.count("the run waits for your word; /resume asks again\n") == 2
    assert shown.count("? send: ") == 3
    assert "\nIt was sent.\n" in shown
    assert sent == ["Ann"]
    assert [task for task, _, _ in bench.talk.turns] == ["Send a note"]


def test_a_run_that_was_interrupted_is_gone_on_with(keys: PipeInput) -> None:
    bench = Bench(plan(("interrupt", "stop")), call("interrupt"), enough("late"), "Stopped.")
    shown = bench.type(keys, "stop\r/resume\r/resume\r")
    assert "interrupted; /resume goes on with it\n" in shown
    assert "\nStopped.\n" in shown
    assert shown.endswith("No run is waiting or was cut off; there is nothing to go on with.\n")


def test_what_can_not_be_resumed_in_a_talk_is_said(keys: PipeInput, home: Path) -> None:
    bench = sending([], *ONE)
    bench.type(keys, "Send a note\r\x04")
    [run_id] = [each.name for each in (home / "runs").iterdir()]
    other = Bench()
    other.agent = Agent("other", model=other.model)
    with create_pipe_input() as more:
        shown = other.type(more, f"/resume {run_id}\r/resume 0123\r")
    assert f"Run '{run_id}' is one of agent 'scripted'; take it by /agent" in shown
    assert "There is no run '0123' to go on with." in shown


def test_a_run_goes_on_in_the_folder_that_it_began_in(keys: PipeInput, tmp_path: Path) -> None:
    seen: list[Path] = []

    @tool(effects=["sends"])
    def where(context: ToolContext) -> str:
        """Tell where it is."""
        seen.append(context.workspace)
        return "here"

    bench = Bench(plan(("where", "Where is it")), call("where"), enough("here"), "Here.")
    bench.agent = Agent("scripted", tools=[where], model=bench.model, workspace=tmp_path)
    run_id = bench.agent.run("Where is it?").run_id
    (tmp_path / "other").mkdir()
    bench.agent = bench.agent.with_(workspace=tmp_path / "other")
    assert "\nHere.\n" in bench.type(keys, f"/resume {run_id}\ry\r")
    assert seen == [tmp_path]


def test_two_questions_of_a_turn_are_put_one_by_one_and_can_be_left(keys: PipeInput) -> None:
    looked: list[str] = []

    @tool(effects=["reads"])
    def look(at: str) -> str:
        """Look at something."""
        looked.append(at)
        return f"seen {at}"

    script = (
        plan(("look", "Look at the first"), ("look", "at the second")),
        call("look", at="the first"),
        call("look", at="the second"),
    )
    bench = Bench(*script, enough("both"), "Both.")
    rules = Permissions(ask=("look",))
    bench.agent = Agent("scripted", tools=[look], model=bench.model, permissions=rules)
    shown = bench.type(keys, "Look at the first and at the second\ry\r\x03/resume\ry\r")
    assert shown.count("? look: the rule ask 'look' fits") == 3
    assert shown.count("the run waits for your word") == 1
    assert "\nBoth.\n" in shown
    assert sorted(looked) == ["the first", "the second"]
