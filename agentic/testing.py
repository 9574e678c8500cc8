"""A model that says what a script tells it, for tests of agents that leave all else real.

model = ScriptedModel(
    plan(("add", "2 and 3")), call("add", a=2, b=3), enough("2 + 3 = 5"), "It is 5."
)
assert Agent("adder", tools=[add], model=model).run("Add 2 and 3").answer == "It is 5."
assert "2 and 3" in model.asked[0]
"""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

__all__ = ["ScriptedModel", "call", "enough", "learned", "missing", "plan"]


class ScriptedModel(BaseChatModel):
    """A chat model that gives the lines of a script, in order, whatever it is asked.

    A line that is an exception is raised, one that is an `AIMessage` is given as it is: with tool
    calls of a provider's form, for a model with `profile={"tool_calling": True}`. An exhausted
    script fails the test that asks for more.
    """

    script: list[Any] = Field(default_factory=list)
    transcripts: list[list[BaseMessage]] = Field(default_factory=list)
    """The messages of every call, as they were sent."""

    offered: list[list[str]] = Field(default_factory=list)
    """Names of the tools that each call was offered by the provider's own form."""

    def __init__(self, *script: str | Exception | AIMessage, **fields: Any) -> None:
        super().__init__(script=list(script), **fields)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def asked(self) -> list[str]:
        """What was sent at each call, as one text."""
        return ["\n".join(str(m.content) for m in messages) for messages in self.transcripts]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.transcripts.append(list(messages))
        self.offered.append([each["function"]["name"] for each in kwargs.get("tools", ())])
        if len(self.transcripts) > len(self.script):
            last = str(messages[-1].content)
            raise AssertionError(
                f"The script of {len(self.script)} lines is used up, asked: {last}"
            )
        line = self.script[len(self.transcripts) - 1]
        if isinstance(line, Exception):
            raise line
        if isinstance(line, AIMessage):
            return ChatResult(generations=[ChatGeneration(message=line)])
        told = UsageMetadata(
            input_tokens=sum(len(str(message.content)) for message in messages),
            output_tokens=len(line),
            total_tokens=sum(len(str(message.content)) for message in messages) + len(line),
        )
        answer = AIMessage(line, usage_metadata=told)
        return ChatResult(generations=[ChatGeneration(message=answer)])

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: Any = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """The model, told of tools in the form of a provider."""
        told = [convert_to_openai_tool(each) for each in tools]
        return self.bind(tools=told, tool_choice=tool_choice, **kwargs)


def plan(*steps: tuple[str, str] | tuple[str, str, str]) -> str:
    """A plan: for each step its tool, the words of the task it quotes, and what it yields."""
    drafts = [
        {"quote": step[1], "tool": step[0], "yields": step[2] if len(step) > 2 else step[1]}
        for step in steps
    ]
    return json.dumps({"steps": drafts}, ensure_ascii=False)


def call(name: str, /, **arguments: Any) -> str:
    """The arguments of the next call; the name is for the reader, the plan has chosen the tool."""
    return json.dumps(arguments, ensure_ascii=False)


def learned(what: str) -> str:
    """What a result showed, while steps are still open."""
    return json.dumps({"learned": what}, ensure_ascii=False)


def enough(what: str) -> str:
    """What the last result showed, and that the task is covered."""
    return json.dumps({"learned": what, "next": "answer"}, ensure_ascii=False)


def missing(what: str, shown: str = "") -> str:
    """That something is missing after the last step, so that a new plan is needed."""
    weighed = {"learned": shown, "next": "plan", "missing": what}
    return json.dumps(weighed, ensure_ascii=False)
