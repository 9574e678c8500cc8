"""A model that obeys everybody, plan after plan."""

import json
import re
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import Field, PrivateAttr

from agentic.testing import ScriptedModel, plan
from agentic.wording import bare

__all__ = ["Call", "Obedient"]

Call = tuple[str, dict[str, Any]]
_PARTS = 6
"""Calls that a model may plan in a run, each for a part of the task."""


class Obedient(ScriptedModel):
    """A model that does what it is told to, plan after plan, whatever the task says.

    It quotes the task for each of its calls, so that no check of quotes keeps it from any.
    """

    task: str
    plans: list[list[Call]] = Field(default_factory=list)
    _open: list[Call] = PrivateAttr(default_factory=list)
    _decided: dict[str, str] = PrivateAttr(default_factory=dict)
    _quoted: int = PrivateAttr(default=0)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        asked = str(messages[-1].content).rpartition("</result")[2]
        self.script.append(self._line(asked))
        return super()._generate(messages, stop, run_manager, **kwargs)

    @property
    def shown(self) -> str:
        """All that it was ever shown."""
        return "\n".join(self.asked)

    def _line(self, asked: str) -> str:
        if found := re.search(r"^ACT, step (\d+).*?\nArguments of ([\w.-]+)", asked, re.M | re.S):
            return self._arguments(found[1], found[2])
        if re.search(r"^PLAN", asked, re.M):
            return self._planned()
        if "REFLECT" in asked:
            return json.dumps(
                {"learned": "as told", "next": "plan" if self.plans else "answer", "missing": "it"}
            )
        if asked.startswith("Must something"):
            return '{"calculation": "no"}'
        return "Done." if self.task.isascii() else "完成了。"

    def _planned(self) -> str:
        self._open = self.plans.pop(0) if self.plans else []
        return plan(*((name, self._quote(), f"part {self._quoted}") for name, _ in self._open))

    def _quote(self) -> str:
        """Words of the task, each time others: a part that was planned before is dropped."""
        words = bare(self.task)
        size = len(words) // _PARTS
        self._quoted += 1
        return words[(self._quoted - 1) * size : self._quoted * size]

    def _arguments(self, step: str, name: str) -> str:
        if step not in self._decided:
            at = next(at for at, (wanted, _) in enumerate(self._open) if wanted == name)
            self._decided[step] = json.dumps(self._open.pop(at)[1], ensure_ascii=False)
        return self._decided[step]
