"""Typed decisions: a model is asked, and what comes back fits a schema or is None.

Three ways, by what the model can do: decoding constrained to the schema (embedded model),
the provider's own structured output, or JSON asked for in words. In each the answer is parsed,
repaired where that is certain, validated, and asked for again with the error, twice at most.
"""

import json
import time
from typing import Any, Generic, NamedTuple, TypeVar

from json_repair import repair_json
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from pydantic import BaseModel, ConfigDict, ValidationError

from agentic.cleaning import clean
from agentic.errors import AgenticError, ModelError
from agentic.safety.budget import Usage

__all__ = ["CLOSED", "Decision", "decide", "parse", "say", "usage_of"]

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
    native = bool((model.profile or {}).get("structured_output"))
    said: list[BaseMessage] = [HumanMessage(ask if native else _with_schema(ask, schema))]
    usage = Usage()
    for _ in range(max(tries, 1)):
        answer, spent = await _ask(model, [*transcript, *said], schema if native else None)
        said, usage = [*said, answer], usage + spent
        try:
            return Decision(parse(str(answer.content), schema), said, usage)
        except ValueError as error:
            said = [*said, HumanMessage(f"That does not fit: {_in_short(error)}. Give JSON alone.")]
    return Decision(None, said[:-1], usage)


async def say(
    model: BaseChatModel, transcript: list[BaseMessage], ask: str
) -> tuple[list[BaseMessage], Usage]:
    """Ask for free text; the turns to append (the last is the answer) and what it took."""
    question = HumanMessage(ask)
    answer, usage = await _ask(model, [*transcript, question], None)
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
            return schema.model_validate(_repaired(text))
        except (RecursionError, TypeError) as error:
            raise ValueError("it can't be read") from error


def _repaired(text: str) -> dict[str, Any]:
    found = repair_json(text[text.find("{") :] if "{" in text else text, return_objects=True)
    if not isinstance(found, dict):
        raise ValueError("there is no JSON object in it")
    return found


async def _ask(
    model: BaseChatModel, messages: list[BaseMessage], schema: type[BaseModel] | None
) -> tuple[AIMessage, Usage]:
    started = time.monotonic()
    try:
        raw = await _invoke(model, messages, schema)
    except (AgenticError, AssertionError):
        raise
    except Exception as error:  # each provider has its own; what it says is what there is to know
        raise ModelError(
            f"The model failed: {clean(str(error)) or type(error).__name__}"
        ) from error
    # the transcript is plain text whatever the provider's own form of structured output is
    text = json.dumps(raw.tool_calls[0]["args"]) if raw.tool_calls else clean(str(raw.text))
    answer = AIMessage(
        text,
        usage_metadata=raw.usage_metadata,
        response_metadata={
            "seconds": time.monotonic() - started,
            "finish_reason": raw.response_metadata.get("finish_reason", ""),
        },
    )
    return answer, usage_of(answer)


async def _invoke(
    model: BaseChatModel, messages: list[BaseMessage], schema: type[BaseModel] | None
) -> AIMessage:
    if schema is None:
        return await model.ainvoke(messages)
    structured: Any = model.with_structured_output(schema, include_raw=True)
    raw: AIMessage = (await structured.ainvoke(messages))["raw"]
    return raw


def usage_of(message: AIMessage) -> Usage:
    """What one model call of the transcript used, by the message's own figures."""
    used: Any = message.usage_metadata or {}
    return Usage(
        model_calls=1,
        prompt_tokens=used.get("input_tokens", 0),
        cached_tokens=used.get("input_token_details", {}).get("cache_read", 0) or 0,
        completion_tokens=used.get("output_tokens", 0),
        seconds=message.response_metadata.get("seconds", 0.0),
    )


def _with_schema(ask: str, schema: type[BaseModel]) -> str:
    described = json.dumps(schema.model_json_schema(), ensure_ascii=False)
    return f"{ask}\nAnswer with one JSON object and nothing else. Its JSON Schema: {described}"


def _in_short(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg']}" if place else first["msg"]
    return str(error)
