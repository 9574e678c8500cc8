"""Prices: of the list, of the user, of nobody."""

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata

from agentic import Agent, Limits, UsageError, tool
from agentic.events import ModelCalled, RunEnded
from agentic.models.decide import usage_of
from agentic.models.llama import ChatLlama
from agentic.models.prices import cost, ensure_priced
from agentic.safety.budget import DayLimits, Usage
from agentic.settings import settings
from agentic.testing import ScriptedModel, call, enough, plan

USED = Usage(
    model_calls=1, prompt_tokens=1_000_000, cached_tokens=400_000, completion_tokens=100_000
)


class Provider(ScriptedModel):
    """A model that tells who provides it, as LangChain's packages do."""

    provider: str = "openai"
    model_name: str = "gpt-5"

    def __init__(self, *script: Any, **fields: Any) -> None:
        super().__init__(*script, **fields)

    def _get_ls_params(self, stop: Any = None, **kwargs: Any) -> Any:
        return {"ls_provider": self.provider}


def configured(text: str) -> None:
    settings().home.mkdir(exist_ok=True)
    (settings().home / "agentic.toml").write_text(text, encoding="utf-8")


def test_the_embedded_model_costs_nothing() -> None:
    assert cost(ChatLlama(path="none.gguf"), USED) == 0.0
    ensure_priced(Limits(money=0.1), ChatLlama(path="none.gguf"))


def test_a_known_model_costs_what_the_list_says_and_what_was_cached_less() -> None:
    listed = cost(Provider(), USED)
    uncached = cost(Provider(), USED.model_copy(update={"cached_tokens": 0}))
    assert listed is not None
    assert uncached is not None
    assert 0 < listed < uncached
    assert cost(Provider(provider="google_genai", model_name="models/gemini-2.5-flash"), USED)


@pytest.mark.parametrize(
    "model",
    [
        ScriptedModel(),
        Provider(model_name="gpt-x-99"),
        Provider(provider="ollama"),
        Provider(provider="openai", model_name="text-embedding-3-small"),
    ],
)
def test_what_is_not_on_the_list_is_not_known(model: ScriptedModel) -> None:
    assert cost(model, USED) is None


@pytest.mark.parametrize(
    "usage",
    [Usage(model_calls=1), Usage(model_calls=1, prompt_tokens=1, cached_tokens=2)],
)
def test_a_call_of_which_no_sound_figures_were_told_cost_nobody_knows_what(usage: Usage) -> None:
    assert cost(Provider(), usage) is None


def test_a_model_at_another_address_has_other_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    openai = pytest.importorskip("langchain_openai")
    assert cost(openai.ChatOpenAI(model="gpt-5", api_key="x"), USED) == cost(Provider(), USED)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    assert cost(openai.ChatOpenAI(model="gpt-5", api_key="x"), USED) is None


@pytest.mark.parametrize("name", ["gpt-5", "openai:gpt-5"])
def test_the_users_price_stands_before_the_list(name: str) -> None:
    configured(f'[prices."{name}"]\ninput = 1\ncached = 0.5\noutput = 10.0\n')
    assert cost(Provider(), USED) == pytest.approx(0.6 + 0.2 + 1.0)
    configured(f'[prices."{name}"]\ninput = 1\noutput = 10.0\n')
    assert cost(Provider(), USED) == pytest.approx(0.6 + 0.4 + 1.0)
    configured(f'[prices."{name}"]\ninput = 0\noutput = 0\n')
    assert cost(Provider(), Usage(model_calls=1)) == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[prices."a b"]\ninput = 1', "prices.'a b'.output"),
        ("[prices.a]\ninput = -1\noutput = 1", "prices.a.input must be greater than or equal to 0"),
        ("[prices.a]\ninput = nan\noutput = 1", "prices.a.input must be"),
        ("[prices.a]\ninput = '1'\noutput = 1", "prices.a.input must be a valid number"),
        ("[prices.a]\nimput = 1\noutput = 1", "prices.a.imput is not known; there are: input,"),
        ("[limits]\nmony = 1", "limits.mony is not known"),
        ("[limits]\nmoney = '1'", "limits.money must be a valid number"),
        ("[limits.per_day]\ntokens = 1.5", "limits.per_day.tokens must be a valid integer"),
        ("[limits.per_day]\nseconds = 1", "limits.per_day.seconds is not known; there are: model"),
    ],
)
def test_a_fault_in_the_file_is_named(text: str, message: str) -> None:
    configured(text)
    with pytest.raises(UsageError) as caught:
        cost(Provider(), USED)
    assert message in str(caught.value)


@pytest.mark.parametrize("limits", [Limits(money=2), Limits(per_day=DayLimits(money=2))])
def test_a_limit_of_money_takes_a_price(limits: Limits) -> None:
    unknown = Provider(model_name='gpt-"x"')
    with pytest.raises(UsageError, match=r'What gpt-"x" costs.*\[prices\."gpt-\\"x\\""\] input'):
        ensure_priced(limits, unknown)
    ensure_priced(Limits(), unknown)
    ensure_priced(Limits(money=None), unknown)
    ensure_priced(limits, Provider())
    configured("[prices.ScriptedModel]\ninput = 0\noutput = 1\n")
    ensure_priced(limits, ScriptedModel())


def test_what_was_cached_is_read_from_the_message_and_its_cost_stays_with_it() -> None:
    told = UsageMetadata(
        input_tokens=10,
        output_tokens=2,
        total_tokens=12,
        input_token_details=InputTokenDetails(cache_read=4),
    )
    message = AIMessage("hi", usage_metadata=told, response_metadata={"cost": 0.25})
    assert (usage_of(message).cached_tokens, usage_of(message).cost) == (4, 0.25)
    assert usage_of(AIMessage("hi")).cost is None


@tool(effects=[])
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def test_the_cost_of_a_run_is_that_of_its_calls(tmp_path: Path) -> None:
    configured('[prices."gpt-5"]\ninput = 10\noutput = 20\n')
    script = (plan(("add", "2 and 3")), call("add", a=2, b=3), enough("5"), "It is 5.")
    events = list(Agent("a", tools=[add], model=Provider(*script)).stream("Add 2 and 3"))
    [ended] = [event for event in events if isinstance(event, RunEnded)]
    calls = [event.usage.cost for event in events if isinstance(event, ModelCalled)]
    used = ended.usage
    assert used.cost == pytest.approx(sum(each for each in calls if each is not None))
    expected = (used.prompt_tokens * 10 + used.completion_tokens * 20) / 1_000_000
    assert used.cost == pytest.approx(expected)


def test_the_cost_of_a_run_with_an_unknown_price_is_unknown() -> None:
    result = Agent("a", model=ScriptedModel("Hi.")).run("Hello")
    assert (result.status, result.usage.cost) == ("done", None)
