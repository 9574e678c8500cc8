"""What a short sentence states of what: enough to see that a newer one takes its place.

Only forms in which a subject can have one value at a time are read: an attribute of something
("Ann's favourite colour is teal", "小美最愛的水果是芒果"), where something is and when, an age, a
price, whether somebody likes a thing. "Ann is a doctor" is none of them, and nothing follows for
"Ann is tall".
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from memory.words import is_cjk, runs, stem

__all__ = ["Statement", "bare", "gist", "statement"]

LONGEST = 200
"""Characters of a sentence that is read as a statement."""
_LEAD = re.compile(
    r"^(?:(?:please|and|also|so|well|ok|okay)\b[,\s]*)*"
    r"(?:(?:(?:can|could|would) you )?(?:please )?(?:remember|note|keep in mind|recall|know)"
    r"(?: that)?|for the record|fyi|i (?:remember|recall)(?: that)?|according to (?:my )?memory"
    r"|it is known that)\b[:,\s]*"
    r"|^(?:請|麻煩)?(?:你|您|幫我)?(?:記住|記得|記下|記錄|注意|请记住|记住|记得|记下)(?:了|一下)?[：:，,\s]*"
    r"|^(?:根據|据|根据)(?:我的)?(?:記憶|记忆)[：:，,\s]*",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:now|currently|nowadays|today|actually|as of now|these days)\b"
    r"|現在|目前|如今|现在|其實|其实",
    re.IGNORECASE,
)
_END = re.compile(r"(?<![\s.!。！])[\s.!。！]+$")
_SEVERAL = re.compile(
    r"[\n?？;；。！]|(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bSt)(?<!\bProf)[.!](?=\s)"
)
_NEGATIONS = (
    (re.compile(r"\bno longer\s+", re.IGNORECASE), ""),
    (re.compile(r"\b(?:do|does|did|can|will|has|have)(?:n['’]t| not)\s+", re.IGNORECASE), ""),
    (re.compile(r"\b(is|are|was|were)(?:n['’]t| not)\b", re.IGNORECASE), r"\1"),
    (
        re.compile(r"(?:不再|不|沒有|没有)(?=[是在住叫會会能再喜愛爱討讨吃喝需想使用])"),
        "",
    ),
)
_TIME = re.compile(
    r"\d\s*(?:[ap]\.?m\b|:\d|o'clock)|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|星期|禮拜|礼拜|[週周][一二三四五六日末]|\d\s*[年月日號号點点時时]|[一二三四五六七八九十]\s*[月日號点點]|明天|後天",
    re.IGNORECASE,
)
_AGE = re.compile(r"years? old$|[歲岁]$")
_NUMBER = re.compile(r"\d|[一二三四五六七八九十百千]")
_OWNED = re.compile(r"['’]s?\s|\b(?:of|my|our|your|his|her|their|its)\b|的", re.IGNORECASE)
_SOME_OF_SEVERAL = re.compile(
    r"^(?:one|some|another|part|most|many|each|a few|several) of\b"
    r"|\b(?:friend|colleague|classmate|neighbou?r|customer|client|student|employee|(?:grand)?child(?:ren)?"
    r"|(?:grand|step)?(?:son|daughter)|brother|sister|cousin|uncle|aunt|hobb(?:y|ie)|interest|skill|language|pet|one"
    r"|part|example|reason|problem|goal|member|ingredient|advantage)s?$"
    r"|(?:朋友|同事|同學|同学|鄰居|邻居|客戶|客户|學生|学生|員工|员工|孩子|兒子|儿子|女兒|女儿|兄弟|姊妹|姐妹|哥哥|弟弟"
    r"|姊姊|姐姐|妹妹|愛好|爱好|興趣|兴趣|專長|专长|之一|材料|成分|優點|优点|缺點|缺点|原因|目標|目标|成員|成员)$",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"\b(?:favou?rite|main|primary|default|current|maximum|minimum|maiden|first|last)\b"
    r"|(?:\b|(?<=[a-z]))(?:name|nickname|number|code|password|passphrase|key|pin|id|address|e-?mail"
    r"|phone|url|port|path|branch|version|size|length|width|height|weight|depth|age|price|cost|fee"
    r"|rate|salary|budget|balance|limit|timeout|threshold|deadline|date|day|time|birthday|year|month"
    r"|anniversary|duration|capital|currency|colou?r|status|state|title|job|role|occupation"
    r"|profession|position|rank|level|grade|score|owner|author|boss|location|place|destination"
    r"|origin|nationality|religion|type|model|brand|format|encoding|unit|theme|topic|subject"
    r"|temperature|speed|capacity|quantity|amount|total|answer|result)$",
    re.IGNORECASE,
)
"""What a thing has one of: of these any value is taken. A thing of another name ("my car") may be
red and electric, so that only a number or a name tells which it is."""
_NAME = re.compile(r"(?:the )?[A-Z0-9\"'“‘]|[\d$€£¥]", re.ASCII)
_PLACE = re.compile(r"[市縣县區区鄉乡鎮镇村里路街巷號号樓楼館馆室廳厅店站校院國国省島岛城港]$")
_SCOPE = re.compile(
    r"\s(?:for|on|during|in|at|per|if|when|unless|until|from|with|by)\s", re.IGNORECASE
)
"""What follows a number tells of whom, or when, it is one: "5 euros for children"."""
_PLACED = "at"
"""What stands for verbs of being somewhere, or at some time, until the value tells which."""
VERBS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (sort, re.compile(pattern, re.IGNORECASE))
    for sort, pattern in (
        (
            _PLACED,
            r"\s(?:lives? (?P<live>in|at|on)"
            r"|(?:is |are )?(?:located|situated|held) (?P<lie>in|at|on)"
            r"|(?:has |have |was |were )?(?:been )?(?:moved|rescheduled|postponed)"
            r"(?: from .{1,40}?)? to|(?:is|are) (?P<be>in|at|on))\s",
        ),
        ("work", r"\sworks? (?:at|for)\s"),
        ("work in", r"\sworks? in\s"),
        ("start", r"\s(?:starts?|begins?|opens?|leaves?|departs?) (?:at|on)\s"),
        ("end", r"\s(?:ends?|closes?|arrives?) (?:at|on)\s"),
        ("cost", r"\scosts?\s"),
        ("weigh", r"\sweighs?\s"),
        (
            "is",
            r"\s(?:(?:has |have |was |were )?(?:been )?(?:changed|switched|set|updated)"
            r"(?: from .{1,40}?)? to|equals?)\s",
        ),
        ("is", r"\s(?:is|are) (?:called|named|due|worth)\s"),
        ("be", r"\s(?:is|are)\s"),
        ("age", r"\s*(?:今年)?\s*(?=(?:\d+|[一二三四五六七八九十百]+)\s*[歲岁]$)"),
        (_PLACED, r"住在|搬到|搬去|位於|位于|(?:已經?)?改到|移到|改在|住(?=[^的])"),
        ("work", r"任職於|任职于|(?<=.)在(?=.+(?:工作|上班)$)"),
        ("is", r"(?:已經?|被)?(?:改成|改為|改为|變成|变成|變為|換成|换成)|叫做|名叫|叫"),
        ("be", r"是|為(?!了)|为(?!了)"),
        (_PLACED, r"(?<=.)(?P<be_at>在)"),
    )
)
"""What stands between subject and value, and what sort of statement it makes; the first counts."""
_LIKING = re.compile(
    r"^(?:[\w'’]+ ){1,3}?(?:likes?|loves?|hates?|eats?|drinks?|owns?|wants?|uses?|needs?)\s"
    r"|^.{1,12}?(?:喜歡|喜欢|喜愛|喜爱|討厭|讨厌|吃|喝|需要|想要|使用)(?!.*的.+是)",
    re.IGNORECASE,
)
_SIGNS = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"(?<!\w)[-−–](?=[\d.])", " minus "),
        (r"(?<=[A-Za-z])\+\+", " plus plus "),
        (r"(?<=[A-Za-z])\+(?!\w)", " plus "),
        (r"(?<=[A-Za-z])#", " sharp "),
        (r"\$", " dollar "),
        (r"€", " euro "),
        (r"£", " pound "),
        (r"¥", " yen "),
        (r"%", " percent "),
    )
)
"""Signs without which a value would be another: -5, C++, 5 %."""
LIGHT = frozenset(("a", "an", "the", "is", "are", "be", "of", "to", "that", *"的了是嗎呢吧啊嘛吗"))
"""Words that change nothing about what is said."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A subject, and what is stated of it."""

    subject: str
    """The same for all statements that can't both hold."""
    value: str
    negative: bool


def bare(text: str) -> str:
    """A sentence without what introduces it ("Please remember that …") or ends it."""
    previous, text = None, text.strip()
    while text != previous:
        previous, text = text, _LEAD.sub("", text, count=1).strip()
    return _END.sub("", text)


def gist(text: str) -> str:
    """The words of a text but for those that change nothing, in one spelling.

    "Please remember: Ann's favourite color is teal!" and "Ann's favourite colour is teal." share
    one; numbers, negations and whose a thing is are kept.
    """
    return " ".join(_words(_NOW.sub(" ", bare(text))))


def statement(text: str) -> Statement | None:
    """What a text states, if it is one short sentence of a form that can be superseded."""
    text = re.sub(r"\s+", " ", bare(text))
    if not text or len(text) > LONGEST or _SEVERAL.search(text):
        return None
    plain, negative = _positive(" ".join(_NOW.sub(" ", text).split()))
    if _LIKING.match(plain):
        return Statement("whether " + gist(plain), "", negative)
    for sort, pattern in VERBS:
        found = pattern.search(plain)
        if found is not None and plain[: found.start()].strip():
            return _stated(sort, found, negative)
    return None


def _stated(sort: str, verb: re.Match[str], negative: bool) -> Statement | None:
    subject, value = verb.string[: verb.start()], verb.string[verb.end() :].strip()
    if sort == "be":
        sort = "age" if _AGE.search(value) else "is"
        if sort == "is" and not _has_one_value(subject, value):
            return None
    if sort == _PLACED:
        sort = "when" if _TIME.search(value) else _where(verb)
        if sort != "when" and _vague(verb, value):
            return None
    elif _NUMBER.match(value) and (scope := _SCOPE.search(value)):
        value, subject = value[: scope.start()], f"{subject} {value[scope.start() :]}"
    about, said = gist(subject), gist(value)
    return Statement(f"{sort} {about}", said, negative) if about and said else None


def _vague(verb: re.Match[str], value: str) -> bool:
    """Whether a plain verb of being somewhere tells no place: "in trouble", "on a hill", 在唸書."""
    which = verb.groupdict()
    if which.get("be_at"):
        return not _PLACE.search(value)
    return bool(which.get("be")) and not (_NAME.match(value) or _NUMBER.search(value))


def _where(verb: re.Match[str]) -> str:
    """What sort of place: who is in a town may be on a street and at an office too."""
    found = next(filter(None, verb.groupdict().values()), "in")
    return f"where {found}" if found in ("at", "on") else "where"


def _has_one_value(subject: str, value: str) -> bool:
    """Whether the subject is an attribute of something, and not one that there are several of."""
    if _SOME_OF_SEVERAL.search(subject) or value.endswith("的"):
        return False
    if _NUMBER.match(value):
        return True
    named = subject.casefold().startswith("the ") and len(subject.split()) >= 3
    if not named and not _OWNED.search(subject):
        return False
    head = re.split(r"\sof\s", subject, maxsplit=1)[0]
    return is_cjk(subject) or bool(_ATTRIBUTE.search(head) or _NAME.match(value))


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text)
    for pattern, word in _SIGNS:
        text = pattern.sub(word, text)
    found: list[str] = []
    for run in runs(text):
        found += run if is_cjk(run) else [_american(stem(run))]
    return [word for word in found if word not in LIGHT] or found


def _positive(text: str) -> tuple[str, bool]:
    """A sentence without its negation, and whether it had one."""
    plain = text
    for pattern, instead in _NEGATIONS:
        plain = pattern.sub(instead, plain)
    return plain, plain != text


def _american(word: str) -> str:
    """British spellings of a stem as American ones: colour, organis, theatr, centr, grey."""
    return SPELLINGS.sub(lambda match: _SPELLED[match[0]], word) if len(word) > 3 else word


_SPELLED = {"our": "or", "isation": "ization", "is": "iz", "grey": "gray"}
SPELLINGS = re.compile(r"(?<=[a-z]{2})(?:our(?=$|it$|ful$)|isation$|is$)|^grey$")
