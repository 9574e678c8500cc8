"""Typed decisions: what is made of a model's answers."""

import asyncio
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel

from agentic.models.decide import Decision, decide, parse
from agentic.testing import ScriptedModel


class Choice(BaseModel):
    """A choice."""

    name: str
    number: int


async def ask(*script: str, tries: int = 3) -> tuple[Decision[Choice], ScriptedModel]:
    model = ScriptedModel(*script)
    transcript = [HumanMessage("before")]
    return await decide(model, transcript, "Choose.", Choice, tries=tries), model  # type: ignore[arg-type]


def run(*script: str, tries: int = 3) -> tuple[Decision[Choice], ScriptedModel]:
    return asyncio.run(ask(*script, tries=tries))


GOOD = '{"name": "a", "number": 1}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Sure! Here it is:\n{GOOD}\nAnything else?",
        "{'name': 'a', 'number': 1,}",
        '{"name": "a", "number": "1"}',
        '{"name": "a", "number": 1',
    ],
)
def test_an_answer_is_read_where_its_meaning_is_certain(text: str) -> None:
    assert parse(text, Choice) == Choice(name="a", number=1)


@pytest.mark.parametrize("text", ["", "no", "[]", "{}", '{"name": "a"}', "null", "{" * 500])
def test_an_answer_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  pydantic's errors and ours are both
        parse(text, Choice)


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    with contextlib.suppress(ValueError):
        parse(text, Choice)


@given(st.text(), st.integers())
def test_what_json_says_is_what_is_read(name: str, number: int) -> None:
    said = json.dumps({"name": name, "number": number})
    assert parse(said, Choice) == Choice(name=name, number=number)


def test_a_model_without_structured_output_is_told_the_schema() -> None:
    decided, model = run(GOOD)

    assert decided.value == Choice(name="a", number=1)
    assert '"number"' in model.asked[0]
    assert [m.type for m in decided.messages] == ["human", "ai"]


def test_a_wrong_answer_is_asked_again_with_the_error() -> None:
    decided, model = run('{"name": "a", "number": "many"}', GOOD)

    assert decided.value is not None
    assert "number" in model.asked[1].splitlines()[-1]
    assert decided.usage.model_calls == 2


def test_after_the_last_try_there_is_no_decision_and_no_dangling_question() -> None:
    decided, model = run("no", "no", "no")

    assert decided.value is None
    assert len(model.asked) == 3
    assert decided.messages[-1].type == "ai"


def test_a_model_with_structured_output_is_asked_by_it() -> None:
    seen: list[Any] = []

    class Native(ScriptedModel):
        def with_structured_output(self, schema: Any, **kwargs: Any) -> Any:
            seen.append((schema, kwargs))
            return RunnableLambda(lambda messages: {"raw": self.invoke(messages)})

    model = Native(GOOD, profile={"structured_output": True})
    decided = asyncio.run(decide(model, [], "Choose.", Choice))

    assert decided.value == Choice(name="a", number=1)
    assert seen[0][0] is Choice
    assert "JSON" not in model.asked[0]
