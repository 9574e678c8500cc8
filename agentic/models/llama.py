"""The embedded model: llama.cpp in this process, as a LangChain chat model."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import agenerate_from_stream, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import BaseModel, Field

from agentic.models.engine import Engine, Piece, engine
from agentic.tools.threads import in_thread

__all__ = ["ChatLlama", "response_format"]


class ChatLlama(BaseChatModel):
    """A GGUF model run by llama.cpp within the process.

    One model is loaded once a process, whatever the number of instances; calls from several
    threads wait for each other. Output is constrained by `response_format` (or
    `with_structured_output`): the model can't write anything that doesn't fit the schema.
    """

    path: str
    """Path of the GGUF file."""
    name: str | None = "local"
    n_ctx: int = 16_384
    """Context window in tokens; one token of the 1.5B model takes 28 KiB of memory."""
    temperature: float = 0.0
    max_tokens: int = 1_024
    """Most tokens an answer may have."""
    kept: str | None = None
    """Folder in which evaluated beginnings of transcripts are kept; None keeps none."""
    profile: Any = Field(
        default={"structured_output": True, "tool_calling": False, "max_input_tokens": 16_384},
        exclude=True,
    )

    @property
    def _llm_type(self) -> str:
        return "llama.cpp"

    def load(self) -> None:
        """Load the weights now rather than at the first call.

        Raises:
            ModelError: if the file is not a model that llama.cpp can load.
        """
        self._engine()

    def warm(self, messages: list[BaseMessage]) -> UsageMetadata | None:
        """Load the weights, and evaluate the messages that transcripts will begin with.

        What was evaluated is kept on disk, so that a later process starts with it in moments.

        Returns:
            The tokens that were evaluated; None if they were at hand.
        """
        spent = self._engine().warm(convert_to_openai_messages(messages))
        return _usage(spent) if spent is not None else None

    def _engine(self) -> Engine:
        return engine(self.path, self.n_ctx, self.kept)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, None, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, None, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # LangChain tells it of each chunk
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        yield from map(_chunk, self._engine().complete(request))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        # LangChain's own reads in the event loop's executor, which is waited for at the end
        request = self._request(messages, stop, kwargs)
        engine = await in_thread(self._engine)
        async with aclosing(engine.acomplete(request)) as pieces:
            async for piece in pieces:
                yield _chunk(piece)

    def _request(
        self, messages: list[BaseMessage], stop: list[str] | None, fields: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "messages": convert_to_openai_messages(messages),
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            **({"stop": stop} if stop else {}),
            **_constrained(fields),
        }

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        **kwargs: Any,
    ) -> Runnable[Any, Any]:
        """A runnable whose output fits the schema, by constrained decoding.

        Args:
            schema: A pydantic class, or a JSON schema (then a dict comes back).
            include_raw: Return `{"raw", "parsed", "parsing_error"}` instead of the value.
            kwargs: Ignored; LangChain passes `method` and `strict`, and there is one way here.
        """
        model = self.bind(response_format=response_format(schema))
        typed = isinstance(schema, type) and issubclass(schema, BaseModel)
        parser: Runnable[Any, Any] = (
            PydanticOutputParser(pydantic_object=schema) if typed else JsonOutputParser()
        )
        if not include_raw:
            return model | parser
        failed = RunnablePassthrough.assign(
            parsed=lambda _: None, parsing_error=lambda caught: caught["parsing_error"]
        )
        parsed = RunnablePassthrough.assign(
            parsed=lambda got: parser.invoke(got["raw"]), parsing_error=lambda _: None
        )
        return {"raw": model} | parsed.with_fallbacks([failed], exception_key="parsing_error")


def response_format(schema: dict[str, Any] | type) -> dict[str, Any]:
    """The request field that constrains decoding to a schema."""
    described = convert_to_json_schema(schema)
    return {
        "type": "json_schema",
        "json_schema": {"name": described.get("title", "output"), "schema": described},
    }


def _constrained(fields: dict[str, Any]) -> dict[str, Any]:
    """The request fields with a JSON schema turned into a grammar that allows no idle blanks."""
    wanted = fields.get("response_format")
    if wanted is None:
        return fields
    import xllamacpp

    # llguidance reads these separators; a schema given as it is lets the model indent at length
    compact = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
    schema = {**wanted["json_schema"]["schema"], "x-guidance": compact}
    rest = {name: value for name, value in fields.items() if name != "response_format"}
    return {**rest, "grammar": xllamacpp.json_schema_to_grammar(json.dumps(schema))}


def _chunk(piece: Piece) -> ChatGenerationChunk:
    choice = piece["choices"][0] if piece.get("choices") else {}
    metadata = {"timings": piece["timings"]} if "timings" in piece else {}
    if choice.get("finish_reason"):
        metadata["finish_reason"] = choice["finish_reason"]
    if choice.get("logprobs"):
        metadata["logprobs"] = choice["logprobs"]
    message = AIMessageChunk(
        content=choice.get("delta", {}).get("content") or "",
        response_metadata=metadata,
        usage_metadata=_usage(piece["usage"]) if piece.get("usage") else None,
    )
    return ChatGenerationChunk(message=message)


def _usage(usage: dict[str, Any]) -> UsageMetadata:
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return UsageMetadata(
        input_tokens=usage["prompt_tokens"],
        output_tokens=usage["completion_tokens"],
        total_tokens=usage["total_tokens"],
        input_token_details=InputTokenDetails(cache_read=cached),
    )
