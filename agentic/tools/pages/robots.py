"""What a site asks of programs that read it."""

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agentic.errors import ToolError
from agentic.safety.network import asking, read_body
from agentic.tools.pages.cache import Kept

if TYPE_CHECKING:
    from urllib.robotparser import RobotFileParser

__all__ = ["Robots"]

_SECONDS = 4.0
_MOST_BYTES = 500_000


class Robots:
    """Knows the robots files of the sites lately read.

    Args:
        allow: Hosts that may lie in a private network; see `guarded_client`.
    """

    def __init__(self, allow: Collection[str] = ()) -> None:
        self._allow = allow
        self._files: Kept[RobotFileParser] = Kept(most=64)

    def object_to(self, url: str) -> bool:
        """Whether the site asks programs not to read a page; False where it says nothing."""
        from urllib.robotparser import RobotFileParser

        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        rules = self._files.get(site)
        if rules is None:
            rules = RobotFileParser()
            rules.parse(self._lines(f"{site}/robots.txt"))
            self._files.keep(site, rules)
        return not rules.can_fetch("agentic", url)

    def _lines(self, url: str) -> list[str]:
        try:
            with asking(url, allow=self._allow, seconds=_SECONDS) as response:
                if response.status_code != 200:
                    return []
                return read_body(response, _MOST_BYTES).decode("utf-8", "replace").splitlines()
        except ToolError:  # the page itself could be read, and that is what was asked for
            return []
