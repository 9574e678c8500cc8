"""llama.cpp in this process: one loaded model, its completions, and prompts kept on disk."""

import atexit
import hashlib
import json
import os
import secrets
import threading
from collections.abc import AsyncGenerator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from agentic.errors import ModelError
from agentic.filing import private_folder
from agentic.models.completion import Piece, acomplete, complete
from agentic.models.kept import Kept
from agentic.models.running import end_all

__all__ = ["Engine", "Piece", "engine"]

BATCH = 256
"""Prompt tokens evaluated at a stretch, after which a call can be stopped; more is no faster."""

_loading = threading.Lock()


def engine(path: str, n_ctx: int, kept: str | None) -> "Engine":
    """The engine of a model file, loaded once a process.

    Args:
        path: The GGUF file.
        n_ctx: Context window in tokens.
        kept: Folder for evaluated prompts; None to keep none.

    Raises:
        ModelError: if the file is not a model that llama.cpp can load.
    """
    with _loading:
        return _engine(path, n_ctx, kept)


@cache
def _engine(path: str, n_ctx: int, kept: str | None) -> "Engine":
    return Engine(path, n_ctx, kept)


class Engine:
    """A loaded model. Calls from several threads wait for each other."""

    def __init__(self, path: str, n_ctx: int, kept: str | None) -> None:
        import xllamacpp

        folder = _folder(kept)
        self._kept = Kept(folder, self._slot) if folder is not None else None
        self._key = secrets.token_urlsafe(32)
        self._warm: set[str] = set()
        self._warming = threading.Lock()
        file = Path(path).resolve()
        there = file.stat() if file.is_file() else None
        self._identity = f"{xllamacpp.__version__} {file} {n_ctx} " + (
            f"{there.st_size} {there.st_mtime_ns}" if there is not None else ""
        )
        params = xllamacpp.CommonParams()
        params.model.path = path
        params.n_ctx = n_ctx
        params.n_parallel = 1  # the window is divided by it, and so is the cache
        params.n_batch = BATCH
        params.cache_ram_mib = 1_024  # finished conversations are kept to be gone on with
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads or os.cpu_count()
        params.verbosity = -1
        params.ui = params.endpoint_slots = False
        params.api_keys = [self._key]  # the loopback port must serve nobody else
        if folder is not None:
            params.slot_save_path = f"{folder}{os.sep}"
        try:
            self._server = xllamacpp.Server(params)
        except Exception as error:
            raise ModelError(
                f"{path} can't be loaded; it must be a whole GGUF file of a chat model. "
                f"(llama.cpp: {error})"
            ) from error

    def complete(self, request: dict[str, Any]) -> Iterator[Piece]:
        """The pieces of a streamed completion. Closing the iterator stops the model.

        Raises:
            ModelError: if the model refuses the request or breaks.
        """
        return complete(self._server, request)

    def acomplete(self, request: dict[str, Any]) -> AsyncGenerator[Piece, None]:
        """`complete` for asyncio: a cancelled task ends at once, and the model soon after it."""
        return acomplete(self._server, request)

    def warm(self, messages: list[dict[str, Any]]) -> dict[str, int] | None:
        """Have the state after these first messages at hand: from disk, or evaluated and kept.

        Args:
            messages: The beginning that all transcripts of an agent share.

        Returns:
            What evaluating them took, in the fields of a completion's `usage`; None if nothing.

        Raises:
            ModelError: if the model refuses them or breaks.
        """
        name = hashlib.sha256(f"{self._identity} {json.dumps(messages)}".encode()).hexdigest()[:32]
        with self._warming:
            if name in self._warm:
                return None
            spent = None
            if self._kept is None or not self._kept.restore(name):
                *_, last = self.complete({"messages": messages, "max_tokens": 1, "temperature": 0})
                spent = dict(last["usage"])
                if self._kept is not None:
                    self._kept.keep(name)
            self._warm.add(name)
            return spent

    def _slot(self, action: str, filename: str) -> bool:
        import httpx

        with httpx.Client(trust_env=False, timeout=60) as client:
            answer = client.post(
                f"{self._server.listening_address}/slots/0?action={action}",
                json={"filename": filename},
                headers={"Authorization": f"Bearer {self._key}"},
            )
        return answer.is_success


def _folder(kept: str | None) -> Path | None:
    """The folder of kept prompts, made; None where it can't be: they are only a shortcut."""
    if kept is None:
        return None
    folder = Path(kept)
    try:
        private_folder(folder)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@atexit.register
def _stop_all() -> None:
    """End what still runs: a thread inside llama.cpp at interpreter exit aborts the process."""
    _loading.acquire()  # for good: what loads has ended, and nothing loads any more
    end_all()
