"""What is kept on disk is open to nobody but the user, whatever the mask says."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentic import Agent, tool
from agentic.console.line_history import open_history
from agentic.filing import append_line, private_folder
from agentic.models.engine import _folder as folder_of_prompts
from agentic.models.partial import Partial
from agentic.models.storage import alone
from agentic.models.verify import remember
from agentic.settings import settings
from agentic.testing import ScriptedModel, call, enough, plan
from agentic.tools.caching import DiskCache
from agentic.tools.kept import keep
from agentic.tools.mcp.pins import compare
from agentic.tools.pacing import Pace
from memory import Memory
from memory.embedding import LexicalHash


@pytest.fixture(autouse=True)
def _open_mask() -> Iterator[None]:
    """A mask that keeps nothing from anybody: what is closed is closed by us."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder, two folders below one that is there; it is not made yet."""
    home = settings().home
    assert home.is_relative_to(tmp_path)
    assert not home.exists()
    return home


def opened(home: Path) -> dict[str, str]:
    """What under the home folder, itself included, others may do something with."""
    places = [home, *home.rglob("*")]
    modes = {place: stat.S_IMODE(place.lstat().st_mode) for place in places}
    return {str(place): oct(mode) for place, mode in modes.items() if mode & 0o077}


@tool(effects=["reads"], max_chars=200)
def page() -> str:
    """Read a page."""
    return "The harbour opens at nine. " * 100


def run(memory: Memory | None) -> None:
    model = ScriptedModel(
        plan(("page", "Read the page")), call("page"), enough("nine"), "It opens at nine."
    )
    result = Agent("tester", tools=[page], model=model, memory=memory).run("Read the page")
    assert result.status == "done"


def ingest(home: Path) -> None:
    guide = home.parent / "guide.md"
    guide.write_text("# Ports\n\nThe server listens on 8443.\n", encoding="utf-8")
    with Memory(home / "memory", embedder=LexicalHash()) as memory:
        memory.ingest(guide)
        run(memory)
        assert memory.search("Which port?")
        assert opened(home) == {}  # with the log that SQLite has while the database is open
        memory.rebuild()


def type_a_line(home: Path) -> None:
    history, trouble = open_history(home / "history")
    assert trouble == ""
    history.append_string("what I typed")
    assert (home / "history").stat().st_size


def fetch(home: Path) -> None:
    target = home / "models" / "weights.gguf"
    private_folder(target.parent)
    with alone(target, "weights", print), Partial(target.with_suffix(".partial"), 10) as partial:
        partial.append(b"0123456789")
        partial.settle(target)
    remember(target, "0" * 64)
    assert len(list(target.parent.iterdir())) >= 2


def keep_values(home: Path) -> None:
    DiskCache(home / "cache" / "places").put("key", "value")
    assert len(list((home / "cache" / "places").iterdir())) == 1


def take_turns(home: Path) -> None:
    Pace(home / "cache" / "pace.json", 0.0, clock=lambda: 1.0, pause=lambda seconds: None).wait()
    assert (home / "cache" / "pace.json").read_text() == "1.0"


MAKERS: dict[str, Callable[[Path], object]] = {
    "runs": lambda home: run(None),
    "memory": ingest,
    "history": type_a_line,
    "weights": fetch,
    "prompts": lambda home: folder_of_prompts(str(home / "cache" / "prompts")),
    "cache": keep_values,
    "pace": take_turns,
    "pins": lambda home: compare("files", {"read": {"name": "read"}}, None),
    "results": lambda home: keep("long " * 100, "c1", home / "runs" / "r1"),
    "lines": lambda home: append_line(home / "logs" / "journal.jsonl", "{}"),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_whoever_writes_first_makes_a_home_that_only_the_user_may_open(
    maker: str, home: Path
) -> None:
    MAKERS[maker](home)
    assert any(home.rglob("*"))
    assert opened(home) == {}


def test_a_home_in_which_all_was_done_is_open_to_nobody_else(home: Path) -> None:
    for make in MAKERS.values():
        make(home)
    assert len(list(home.rglob("*"))) > 20
    assert opened(home) == {}


def test_folders_that_were_there_stay_as_they_were(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    private_folder(shared / "a" / "b")
    private_folder(shared)
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (shared, *sorted(shared.rglob("*")))]
    assert modes == [0o755, 0o700, 0o700]


def test_a_folder_that_is_a_file_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "a"):
        with pytest.raises(OSError, match="file"):
            private_folder(place)
