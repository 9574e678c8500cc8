"""Typed decisions: a model is asked, and what comes back fits a schema or is None.

Three ways, by what the model can do: decoding constrained to the schema (embedded model),
the provider's own structured output, or JSON asked for in words. In each the answer is parsed,
repaired where that is certain, validated, and asked for again with the error, twice at most.
"""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from json_repair import repair_json
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable
from pydantic import BaseModel, ConfigDict, ValidationError

from agentic.cleaning import clean
from agentic.errors import AgenticError, ModelError
from agentic.models.prices import cost
from agentic.safety.budget import Usage

__all__ = [
    "CLOSED",
    "Decision",
    "ask_for",
    "decide",
    "parse",
    "repaired",
    "say",
    "until_read",
    "usage_of",
]

CLOSED = ConfigDict(json_schema_extra={"additionalProperties": False})
"""Of a decision: constrained decoding adds no field of its own; one that a model adds is let be."""

Value = TypeVar("Value", bound=BaseModel)


class Decision(NamedTuple, Generic[Value]):
    """What was decided, what was said on the way, and what it took."""

    value: Value | None
    """The decision; None when no answer fitted the schema."""
    messages: list[BaseMessage]
    """The turns to append to the transcript."""
    usage: Usage

    def after(self, earlier: "Decision[Value]") -> "Decision[Value]":
        """This decision, with what was said and spent on an earlier one that did not do."""
        said, usage = earlier.messages + self.messages, earlier.usage + self.usage
        return self._replace(messages=said, usage=usage)


async def decide(
    model: BaseChatModel,
    transcript: list[BaseMessage],
    ask: str,
    schema: type[Value],
    *,
    tries: int = 3,
) -> Decision[Value]:
    """Ask for a decision at the end of a transcript.

    Args:
        model: Any LangChain chat model.
        transcript: What was said so far; it is not changed.
        ask: The instruction to append.
        schema: Pydantic class of the decision.
        tries: How often the model may be asked in all.

    Raises:
        ModelError: if the model fails.
    """

    def read(text: str) -> Value:
        return parse(text, schema)

    return await until_read(model, transcript, ask, read, schema=schema, tries=tries)


async def until_read(
    model: BaseChatModel,
    transcript: list[BaseMessage],
    ask: str,
    read: Callable[[str], Value],
    *,
    schema: type[BaseModel] | dict[str, Any],
    tools: Sequence[dict[str, Any]] = (),
    must: bool = False,
    tries: int = 3,
) -> Decision[Value]:
    """Ask, and ask again with what was wrong, until an answer can be read.

    Args:
        model: Any LangChain chat model.
        transcript: What was said so far; it is not changed.
        ask: The instruction to append.
        read: Makes the decision of an answer; what its ValueError says is told to the model.
        schema: What the answer must fit, for models without `tools`.
        tools: Functions in OpenAI's form, for a model that has tool calls of its own.
        must: Whether one of the tools has to be called.
        tries: How often the model may be asked in all.

    Raises:
        ModelError: if the model fails.
    """
    native = bool((model.profile or {}).get("structured_output"))
    said: list[BaseMessage] = [HumanMessage(ask if native or tools else _with_schema(ask, schema))]
    way = _Way(schema if native and not tools else None, tools, must)
    usage = Usage()
    for _ in range(max(tries, 1)):
        answer, spent = await _ask(model, [*transcript, *said], way)
        said, usage = [*said, answer], usage + spent
        try:
            return Decision(read(str(answer.content)), said, usage)
        except ValueError as error:
            form = "" if tools else " Give JSON alone."
            said = [*said, HumanMessage(f"That does not fit: {_in_short(error)}.{form}")]
    return Decision(None, said[:-1], usage)


async def say(
    model: BaseChatModel, transcript: list[BaseMessage], ask: str
) -> tuple[list[BaseMessage], Usage]:
    """Ask for free text; the turns to append (the last is the answer) and what it took."""
    question = HumanMessage(ask)
    answer, usage = await _ask(model, [*transcript, question], _Way())
    return [question, answer], usage


def parse(text: str, schema: type[Value]) -> Value:
    """The decision in a model's answer: JSON, bare, fenced or amid prose, repaired if need be.

    Raises:
        ValueError: if no JSON object that fits the schema can be made of it.
    """
    try:
        return schema.model_validate_json(text)
    except ValidationError:
        try:
            return schema.model_validate(repaired(text))
        except (RecursionError, TypeError) as error:
            raise ValueError("it can't be read") from error


def repaired(text: str) -> dict[str, Any]:
    """The JSON object in a text, put right where that can be.

    Raises:
        ValueError: if there is none.
    """
    try:
        found = repair_json(text[text.find("{") :] if "{" in text else text, return_objects=True)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(found, dict):
        raise ValueError("there is no JSON object in it")
    return found


class _Way(NamedTuple):
    """How a model is asked: for text, for what fits a schema, or for tool calls."""

    schema: type[BaseModel] | dict[str, Any] | None = None
    tools: Sequence[dict[str, Any]] = ()
    must: bool = False


async def ask_for(asked: Runnable[Any, Any], messages: list[BaseMessage]) -> AIMessage:
    """What a model answers, with the seconds it took; whatever goes wrong is a ModelError.

    Raises:
        ModelError: if the model fails.
    """
    started = time.monotonic()
    try:
        raw = await asked.ainvoke(messages)
    except (AgenticError, AssertionError):
        raise
    except Exception as error:  # each provider has its own; what it says is what there is to know
        raise ModelError(
            f"The model failed: {clean(str(error)) or type(error).__name__}"
        ) from error
    answer: AIMessage = raw["raw"] if isinstance(raw, dict) else raw
    took = {"seconds": time.monotonic() - started}
    return answer.model_copy(update={"response_metadata": answer.response_metadata | took})


async def _ask(
    model: BaseChatModel, messages: list[BaseMessage], way: _Way
) -> tuple[AIMessage, Usage]:
    raw = await ask_for(_asked(model, way), messages)
    told = {name: raw.response_metadata.get(name, "") for name in ("seconds", "finish_reason")}
    told["cost"] = cost(model, usage_of(raw))
    answer = AIMessage(_text(raw, way), usage_metadata=raw.usage_metadata, response_metadata=told)
    return answer, usage_of(answer)


def _asked(model: BaseChatModel, way: _Way) -> Runnable[Any, Any]:
    if way.tools:
        choice = {"tool_choice": "any"} if way.must else {}
        try:
            return model.bind_tools(way.tools, **choice)
        except NotImplementedError as error:
            raise ModelError(
                "The model has no tool calls of its own; set AGENTIC_TOOL_CALLS=json."
            ) from error
    if way.schema is None:
        return model
    return model.with_structured_output(way.schema, include_raw=True)


def _text(raw: AIMessage, way: _Way) -> str:
    """What was said as plain text, whatever the provider's own form: so the transcript is."""
    calls: list[dict[str, Any]] = [
        *({"name": call["name"], "args": call["args"]} for call in raw.tool_calls),
        *({"name": call["name"], "args": call["args"]} for call in raw.invalid_tool_calls),
    ]
    if way.tools and calls:
        return json.dumps({"calls": calls}, ensure_ascii=False)
    return json.dumps(calls[0]["args"]) if raw.tool_calls else clean(str(raw.text))


def usage_of(message: AIMessage) -> Usage:
    """What one model call of the transcript used, by the message's own figures."""
    used: Any = message.usage_metadata or {}
    return Usage(
        model_calls=1,
        prompt_tokens=used.get("input_tokens", 0),
        cached_tokens=used.get("input_token_details", {}).get("cache_read", 0) or 0,
        completion_tokens=used.get("output_tokens", 0),
        seconds=message.response_metadata.get("seconds", 0.0),
        cost=message.response_metadata.get("cost"),
    )


def _with_schema(ask: str, schema: type[BaseModel] | dict[str, Any]) -> str:
    told = schema if isinstance(schema, dict) else schema.model_json_schema()
    described = json.dumps(told, ensure_ascii=False)
    return f"{ask}\nAnswer with one JSON object and nothing else. Its JSON Schema: {described}"


def _in_short(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg']}" if place else first["msg"]
    return str(error)
