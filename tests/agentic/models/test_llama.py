"""The embedded model itself, as a LangChain chat model."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from pydantic import BaseModel, Field

from agentic.errors import ModelError
from agentic.models import weights
from agentic.models.llama import ChatLlama

pytestmark = pytest.mark.weights


class Sum(BaseModel):
    """A sum."""

    zebra: str = Field(max_length=20)
    apple: int


@pytest.fixture(scope="module")
def model() -> ChatLlama:
    return ChatLlama(path=str(weights.pull("local")), n_ctx=4096, max_tokens=64)


def test_an_answer_comes_with_its_usage(model: ChatLlama) -> None:
    answer = model.invoke("What is the capital of France? One word.")

    assert "Paris" in str(answer.content)
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["input_tokens"] > 0
    assert answer.usage_metadata["output_tokens"] > 0


def test_a_prompt_that_goes_on_comes_from_the_cache(model: ChatLlama) -> None:
    start = [SystemMessage("You are brief. " * 20), HumanMessage("Say yes.")]
    first = model.invoke(start)
    second = model.invoke([*start, first, HumanMessage("Say no.")])

    assert second.usage_metadata is not None
    cached = second.usage_metadata["input_token_details"]["cache_read"]
    assert cached > 0.7 * second.usage_metadata["input_tokens"]


def test_it_streams(model: ChatLlama) -> None:
    pieces = list(model.stream("Count from 1 to 5."))

    assert len([piece for piece in pieces if piece.content]) > 3
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    assert isinstance(whole, AIMessageChunk)
    assert whole.usage_metadata is not None


def test_output_is_constrained_to_the_schema_in_its_order(model: ChatLlama) -> None:
    said = model.with_structured_output(Sum, include_raw=True).invoke("Tell me a joke.")

    assert isinstance(said["parsed"], Sum)  # type: ignore[index]
    text = str(said["raw"].content)  # type: ignore[index]
    assert text.startswith('{"zebra": "')
    assert "\n" not in text


def test_a_json_schema_gives_a_dict(model: ChatLlama) -> None:
    schema = {
        "title": "Pick",
        "type": "object",
        "properties": {"colour": {"enum": ["red", "blue"]}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    assert model.with_structured_output(schema).invoke("Pick one.")["colour"] in ("red", "blue")  # type: ignore[index]


def test_stop_ends_the_answer_before_the_word(model: ChatLlama) -> None:
    assert "4" not in str(model.invoke("Count from 1 to 9 with commas.", stop=["4"]).content)


def test_several_threads_get_their_own_answers(model: ChatLlama) -> None:
    words = ["apple", "river", "stone", "cloud"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda w: model.invoke(f"Repeat only this word: {w}"), words))

    assert all(word in str(a.content).lower() for word, a in zip(words, answers, strict=True))


def test_a_cancelled_call_leaves_the_model_usable(model: ChatLlama) -> None:
    async def main() -> str:
        long = model.model_copy(update={"max_tokens": 2000})
        started = asyncio.Event()

        async def consume() -> None:
            async for _ in long.astream("Write a very long story."):
                started.set()

        task = asyncio.create_task(consume())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return str((await model.ainvoke("Say hi.")).content)

    assert asyncio.run(main())


_CANCEL = """
import asyncio, sys, threading
from agentic.models.llama import ChatLlama

model = ChatLlama(path=sys.argv[1], n_ctx=8192)

def evaluating():
    return any(thread.name == "llama" for thread in threading.enumerate())

async def main():
    task = asyncio.create_task(model.ainvoke("one and two, " * 1500))
    while not evaluating():
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled")

asyncio.run(main())
print(evaluating())
"""


def test_a_call_cancelled_within_its_prompt_holds_nothing_up() -> None:
    command = [sys.executable, "-c", _CANCEL, str(weights.pull("local"))]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "cancelled\nTrue\n", "")


def test_a_text_beyond_the_window_is_an_error_with_a_remedy(model: ChatLlama) -> None:
    with pytest.raises(ModelError, match="too long for the embedded model"):
        model.invoke("word " * 6000)


def test_a_file_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "not.gguf"
    file.write_bytes(b"GGUF" + bytes(1000))

    with pytest.raises(ModelError, match=r"not\.gguf can't be loaded"):
        ChatLlama(path=str(file)).invoke("hi")


def test_its_port_serves_nobody_without_the_key(model: ChatLlama) -> None:
    model.load()
    address = model._engine()._server.listening_address
    asked = httpx.post(
        f"{address}/v1/chat/completions",
        json={"messages": [{"role": "user", "content": "hi"}]},
        trust_env=False,
    )

    assert asked.status_code == 401


_WARM = """
import sys
from langchain_core.messages import SystemMessage
from agentic.models.llama import ChatLlama
model = ChatLlama(path=sys.argv[1], n_ctx=4096, kept=sys.argv[2])
print(model.warm([SystemMessage("You know many things. " * 30)]))
"""


def test_a_beginning_evaluated_once_is_at_hand_in_the_next_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WARM, str(weights.pull("local")), str(tmp_path / "kept")]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in "12"
    )

    assert "input_tokens" in first
    assert second.strip() == "None"
    [kept] = (tmp_path / "kept").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600

    kept.write_bytes(b"altered")
    third = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "input_tokens" in third, "what can't be read is evaluated anew"
