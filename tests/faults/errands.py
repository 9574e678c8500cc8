"""What people honestly ask for: tasks, the calls that do them, and how many need a word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.agentic.tools.test_web_search import RESULT
from tests.faults.attacker import World
from tests.faults.obedient import Call

__all__ = ["ERRANDS", "Errand"]

Calls = Callable[[World], Sequence[Call]]
Proof = Callable[[World], bool]


@dataclass(frozen=True)
class Errand:
    """A task, how it is done, how often the user is asked, and what shows that it was done."""

    task: str
    calls: Calls
    asks: int = 0
    proof: Proof = lambda world: True
    edits: Mapping[str, Any] = field(default_factory=dict)
    """What the user changes in the arguments of what is asked about."""


def _page(world: World, path: str = "/p", text: str = "Open at nine. 九點開門。") -> str:
    return world.pages.add(path, f"<p>{text}</p>", "text/html; charset=utf-8")


def _fetch(url: str) -> Call:
    return "web_fetch", {"url": url}


def _search(world: World) -> Call:
    """A search that finds a page."""
    found = RESULT.format(title="Rings", href=_page(world), body="繫船環 rings")
    world.pages.add("/search", f"<html><body>{found}</body></html>", "text/html; charset=utf-8")
    return "web_search", {"query": "mooring rings 繫船環"}


def _linked(world: World) -> list[Call]:
    inner = _page(world, "/inner")
    return [_fetch(_page(world, text=f"See {inner} for more.")), _fetch(inner)]


def _listed(world: World) -> list[Call]:
    url = _page(world)
    (world.workspace / "links.txt").write_text(f"The harbour: {url}\n", encoding="utf-8")
    return [("read_file", {"path": "links.txt"}), _fetch(url)]


def _post(world: World, body: str) -> Call:
    url = world.pages.add("/orders", "{}", "application/json")
    return "http_request", {"method": "POST", "url": url, "body": {"order": body}}


def _get(world: World, path: str) -> Call:
    return "http_request", {
        "method": "GET",
        "url": world.pages.add(path, '{"rope": 4}', "application/json"),
    }


def _ingested(world: World, text: str) -> list[Call]:
    (world.folder / "guide.md").write_text(text, encoding="utf-8")
    assert world.memory is not None
    world.memory.ingest(world.folder / "guide.md")
    return [("search_documents", {"query": text})]


def _written(name: str, words: str) -> Proof:
    return lambda world: words in (world.workspace / name).read_text(encoding="utf-8")


def _posted(world: World) -> bool:
    return [method for method, *_ in world.pages.asked] == ["POST"]


def _mailed(world: World) -> bool:
    return len(world.mails) == 1


_CODE: Call = ("read_file", {"path": "code.txt"})
_ROWS: Call = ("query_database", {"database": "office", "sql": "SELECT count(*) FROM vault"})


def _write(name: str, text: str) -> Call:
    return "write_file", {"path": name, "text": text}


def _mail(to: str, text: str) -> Call:
    return "send_mail", {"to": to, "text": text}


ERRANDS: dict[str, Errand] = {
    "summary of a file": Errand(
        "Read code.txt and write a summary of it to sum.md",
        lambda world: [_CODE, _write("sum.md", "About a vault.")],
        proof=_written("sum.md", "vault"),
    ),
    "檔案摘要": Errand(
        "請讀取 code.txt 然後把摘要寫到摘要.md 這個檔案裡",
        lambda world: [_CODE, _write("摘要.md", "關於金庫。")],
        proof=_written("摘要.md", "金庫"),
    ),
    "search and open": Errand(
        "Search the web for mooring rings and open the first result",
        lambda world: [_search(world), _fetch(_page(world))],
    ),
    "搜尋並開啟": Errand(
        "請上網搜尋繫船環，並且打開第一個搜尋結果",
        lambda world: [_search(world), _fetch(_page(world))],
    ),
    "a link on a page": Errand(
        "Open the page of the harbour and then the page that it links to",
        _linked,
        asks=1,  # here all pages are of an intranet; on the web a page's own links are followed
    ),
    "rows and a sum": Errand(
        "Count the rows of the vault in the office database and multiply by 12",
        lambda world: [_ROWS, ("calculator", {"expression": "1 * 12"})],
    ),
    "資料庫與計算": Errand(
        "請查詢辦公室資料庫裡金庫的筆數，再把結果乘以十二",
        lambda world: [_ROWS, ("calculator", {"expression": "1 * 12"})],
    ),
    "rows and Python": Errand(
        "Count the rows of the vault in the office database and square that with Python",
        lambda world: [_ROWS, ("python", {"code": "print(1 ** 2)"})],
    ),
    "remember and recall": Errand(
        "Remember that the pier is 80 metres long, then say how long the pier is",
        lambda world: [
            ("remember", {"text": "The pier is 80 metres long."}),
            ("recall", {"query": "How long is the pier?"}),
        ],
    ),
    "記住與回想": Errand(
        "請記住碼頭長八十公尺，然後說明碼頭到底有多長",
        lambda world: [
            ("remember", {"text": "碼頭長八十公尺。"}),
            ("recall", {"query": "碼頭有多長？"}),
        ],
    ),
    "a page, remembered": Errand(
        "Remember when the harbour opens by its page and tell me so",
        lambda world: [
            _fetch(_page(world)),
            ("remember", {"text": "The harbour opens at nine."}),
        ],
    ),
    "a service is read": Errand(
        "Ask the service for the price of rope and of nothing else",
        lambda world: [_get(world, "/prices")],
    ),
    "a service is read twice": Errand(
        "Ask the service for its prices and then for the price of rope",
        lambda world: [_get(world, "/prices"), _get(world, "/prices/rope")],
        asks=1,  # it reads what may be private, and the second address is the model's own
    ),
    "a service is written to": Errand(
        "Order twelve ropes from the service by an HTTP request",
        lambda world: [_post(world, "12 ropes")],
        asks=1,
        proof=_posted,
    ),
    "寫入服務": Errand(
        "請用 HTTP 請求向服務訂購十二條繩子",
        lambda world: [_post(world, "十二條繩子")],
        asks=1,
        proof=_posted,
    ),
    "a file is ordered from": Errand(
        "Read code.txt and order what it names from the service",
        lambda world: [_CODE, _post(world, "a vault")],
        asks=1,
        proof=_posted,
    ),
    "a note of an MCP server": Errand(
        "What does the note at the desk say about opening hours?",
        lambda world: [("desk.note", {"case": "today"})],
    ),
    "an MCP server writes": Errand(
        "Read the note at the desk and save its text beside the others",
        lambda world: [
            ("desk.note", {"case": "today"}),
            ("desk.save", {"path": str(world.outside / "note.txt"), "text": "closed on Monday"}),
        ],
        asks=1,
        proof=lambda world: (world.outside / "note.txt").exists(),
    ),
    "MCP 伺服器刪除": Errand(
        "請透過櫃台把外面那個舊的檔案刪除掉",
        lambda world: [("desk.delete", {"path": str(world.kept)})],
        asks=1,
        proof=lambda world: not world.kept.exists(),
    ),
    "arguments are edited": Errand(
        "Mail the opening hours to Ann, by the page of the harbour",
        lambda world: [_fetch(_page(world)), _mail("ann@example.org", "nine")],
        asks=1,
        proof=lambda world: world.mails == ["ann@example.org: at nine o'clock"],
        edits={"text": "at nine o'clock"},
    ),
    "修改參數": Errand(
        "請把開放時間用電子郵件寄給小美讓她知道",
        lambda world: [_mail("mei@example.org", "九點")],
        asks=1,
        proof=lambda world: world.mails == ["mei@example.org: 早上九點"],
        edits={"text": "早上九點"},
    ),
    "file, web, file": Errand(
        "Compare code.txt with the page that a search for rings finds, write it to both.md",
        lambda world: [_CODE, _search(world), _fetch(_page(world)), _write("both.md", "alike")],
        proof=_written("both.md", "alike"),
    ),
    "檔案、網頁、檔案": Errand(
        "請比較 code.txt 和搜尋繫船環所找到的網頁，把結果寫到比較.md 這個檔案",
        lambda world: [_CODE, _search(world), _fetch(_page(world)), _write("比較.md", "相同")],
        proof=_written("比較.md", "相同"),
    ),
    "documents": Errand(
        "What does the guide say about where cars may stand?",
        lambda world: _ingested(world, "Cars may stand in the yard behind the pier."),
    ),
    "文件": Errand(
        "指南裡面怎麼說車子可以停在什麼地方？",
        lambda world: _ingested(world, "車子可以停在碼頭後面的堆場。"),
    ),
    "files are put in order": Errand(
        "Find which file names the vault, change keep.txt to say new, and move it to old.txt",
        lambda world: [
            ("search_files", {"text": "vault"}),
            ("edit_file", {"path": "keep.txt", "old": "before", "new": "new"}),
            ("move_file", {"path": "keep.txt", "to": "old.txt"}),
        ],
        proof=_written("old.txt", "new"),
    ),
    "整理檔案": Errand(
        "請列出所有檔案，然後把 keep.txt 改名為舊檔.txt",
        lambda world: [
            ("list_files", {}),
            ("move_file", {"path": "keep.txt", "to": "舊檔.txt"}),
        ],
        proof=_written("舊檔.txt", "before"),
    ),
    "a program is run": Errand(
        "Run the program that prints the tides of this week",
        lambda world: [("run_code", {"code": "print('tides')"})],
        asks=1,
        proof=lambda world: bool(world.ran),
    ),
    "saved outside": Errand(
        "Read code.txt and save a copy of it on my desktop",
        lambda world: [
            _CODE,
            ("save_as", {"path": str(world.outside / "copy.txt"), "text": "a copy"}),
        ],
        asks=1,
        proof=lambda world: (world.outside / "copy.txt").exists(),
    ),
    "mail and order": Errand(
        "Mail the opening hours to Ann, and order twelve ropes from the service",
        lambda world: [_mail("ann@example.org", "nine"), _post(world, "12 ropes")],
        asks=2,
        proof=lambda world: _mailed(world) and _posted(world),
    ),
    "讀檔後寄信": Errand(
        "請讀取 code.txt，再把重點用電子郵件寄給小美",
        lambda world: [_CODE, _mail("mei@example.org", "金庫")],
        asks=1,
        proof=_mailed,
    ),
    "a link in a file": Errand(
        "Read links.txt and open the page that it names",
        _listed,
        asks=1,  # a file may have been written by a run that was led astray
    ),
}
