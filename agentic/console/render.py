"""The trace: what a run's events look like. Events in, lines out, nothing else."""

from collections.abc import Generator, Iterable, Iterator

from rich.console import Console

from agentic.console.activity import Activity
from agentic.console.calls import draw_broken_off, draw_call, draw_waiting, draw_whole_call
from agentic.console.keyboard import on_interrupt
from agentic.console.marks import ACCENT, ALERT, QUIET
from agentic.console.page import Page, Span
from agentic.console.phrases import usage_parts
from agentic.console.surroundings import (
    draw_learned,
    draw_model_call,
    draw_recalled,
    draw_sources,
    draw_start,
)
from agentic.console.text import clean, one_line
from agentic.events import (
    Answered,
    Event,
    Learned,
    ModelCalled,
    Paused,
    Planned,
    Recalled,
    Reflected,
    RunEnded,
    RunStarted,
    ToolEnded,
    ToolStarted,
)
from agentic.state import Step

__all__ = ["Trace", "traced"]


def _made(ended: ToolEnded, began: ToolStarted | None) -> ToolStarted:
    """The call that came back, as it was made: the user may have changed what was decided."""
    if ended.args is None and began is not None:
        return began
    known = ended.model_dump(include={"id", "step", "name"})
    return ToolStarted(**known, args=ended.args or {})


def traced(events: Iterable[Event], trace: "Trace") -> Iterator[Event]:
    """The events, each shown as it passes; in a terminal a status line says what goes on."""
    activity = Activity(trace.page, stream=trace.verbose or trace.answer)
    with activity, on_interrupt(activity.stopping):
        try:
            for event in events:
                activity.note(event)
                trace.show(event)
                yield event
        except BaseException:
            activity.stop()
            trace.broken_off()
            raise
        finally:
            if isinstance(events, Generator):
                events.close()  # stops the run, whoever stopped listening to it


class Trace:
    """Writes events to a console.

    Args:
        console: Where to.
        verbose: Everything: what the model said at each call, whole arguments and results.
        answer: Print the answer too, for where it has no stream of its own.
    """

    def __init__(self, console: Console, *, verbose: bool = False, answer: bool = False) -> None:
        self.page = Page(console)
        self.verbose = verbose
        self.answer = answer
        self._running: dict[str, ToolStarted] = {}
        self._numbers: dict[str, str] = {}
        self._settled: dict[int, str] = {}
        self._told = ""
        self.run_id = ""
        """Of the run that is shown, once it has begun."""
        self.asks = False
        """The user is asked what the run waits for, and needs not be told that it does."""

    def show(self, event: Event) -> None:
        """Write what happened; most events are a line or two, some are none."""
        match event:
            case RunStarted(run_id=run_id):
                self.run_id = run_id
                draw_start(self.page, event, whole=self.verbose)
            case Recalled(hits=hits) if hits:
                draw_recalled(self.page, hits, whole=self.verbose)
            case ModelCalled() if self.verbose:
                draw_model_call(self.page, event)
            case Planned(steps=steps, revision=revision):
                self._planned(steps, revision)
            case ToolStarted(id=id):
                self._running[id] = event
                self._numbers.setdefault(id, f"c{len(self._numbers) + 1}")
            case ToolEnded(id=id):
                draw = draw_whole_call if self.verbose else draw_call
                began = _made(event, self._running.pop(id, None))
                draw(self.page, self._number(id), began, event)
            case Paused(calls=calls):
                for call in calls:
                    self._running.pop(call.id, None)
                    if not self.asks:
                        draw_waiting(self.page, self._number(call.id), call)
            case Reflected():
                self._reflected(event)
            case Answered(text=text, sources=sources):
                if self.answer:
                    self.page.blank()
                    self.page.paragraph([], clean(text), "bold")
                draw_sources(self.page, sources)
                if self.answer:
                    self.page.blank()
            case Learned():
                draw_learned(self.page, event, whole=self.verbose)
            case RunEnded() if event.status != "paused" or not self.asks:
                self._run_ended(event)

    def retell(self, events: Iterable[Event]) -> None:
        """Know what happened in a run before, without writing it again."""
        for event in events:
            match event:
                case RunStarted(run_id=run_id):
                    self.run_id = run_id
                case ToolStarted(id=id):
                    self._numbers.setdefault(id, f"c{len(self._numbers) + 1}")
                case Reflected(steps=steps):
                    self._settled.update((step.id, step.status) for step in steps)

    def broken_off(self) -> None:
        """Write the calls that were under way when the run was stopped."""
        for id, began in self._running.items():
            draw_broken_off(self.page, self._number(id), began)
        self._running.clear()

    def _number(self, id: str) -> str:
        return self._numbers.get(id, id)

    def _planned(self, steps: list[Step], revision: int) -> None:
        self.page.line(("plan" if revision == 1 else f"plan {revision}", "bold"))
        if not steps:
            self.page.line(("  no tool needed", QUIET))
        for step in steps:
            if step.status != "replaced":
                self._step(step, step.yields or step.serves, tool=True)

    def _step(self, step: Step, text: str, *, tool: bool = False) -> None:
        marks = self.page.marks
        mark, style = {
            "done": (marks.done, ACCENT),
            "failed": (marks.failed, ALERT),
        }.get(step.status, (marks.open, QUIET))
        head = [(f"  {mark} ", style), (f"{step.id} ", QUIET)]
        hang = sum(len(part) for part, _ in head)
        if tool:
            head += [(one_line(step.tool), ""), (f" {marks.dot} ", QUIET)]
        proof = f" [{self._number(step.evidence)}]" if step.evidence is not None else ""
        self.page.paragraph(head, one_line(text) + proof, QUIET if tool else "", hang)

    def _reflected(self, event: Reflected) -> None:
        for step in event.steps:
            if step.status in ("done", "failed") and self._settled.get(step.id) != step.status:
                self._step(step, step.learned or step.yields)
                self._settled[step.id] = step.status
        marks, reason = self.page.marks, one_line(event.reason)
        match event.verdict:
            case "act" if reason:
                self.page.paragraph([(f"{marks.again} ", ACCENT)], "another try", QUIET)
            case "replan":
                self.page.paragraph([(f"{marks.again} ", ACCENT)], f"plan again: {reason}", QUIET)
            case "done":
                proofs = [self._number(step.evidence) for step in event.steps if step.evidence]
                text = "every step has its evidence: " + ", ".join(dict.fromkeys(proofs))
                self.page.paragraph([(f"{marks.done} ", ACCENT)], text, QUIET)
            case "stuck":
                self._told = event.reason
                self.page.paragraph([(f"{marks.failed} ", ALERT)], f"stuck: {reason}", ALERT)

    def _run_ended(self, event: RunEnded) -> None:
        good = event.status in ("done", "paused")
        marks = self.page.marks
        mark: Span = (f"{marks.open} ", ACCENT) if good else (f"{marks.failed} ", ALERT)
        if event.reason and event.status != "done" and event.reason != self._told:
            self.page.paragraph([mark], one_line(event.reason))
        parts = [f" in {event.usage.seconds:.1f} s", *usage_parts(event.usage)]
        spans = f" {self.page.marks.dot} ".join(parts)
        head: list[Span] = [(event.status, ACCENT if good else f"bold {ALERT}")]
        self.page.paragraph(head, spans, QUIET, hang=0)
