"""Which loader reads which file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from memory.documents.code import load_code, load_python
from memory.documents.data import load_json
from memory.documents.document import Document
from memory.documents.files import read
from memory.documents.markdown import load_markdown
from memory.documents.pdf import load_pdf
from memory.documents.rows import load_csv
from memory.documents.text import load_text
from memory.documents.webpage import load_html
from memory.documents.word import load_docx
from memory.errors import DocumentError

__all__ = ["LOADERS", "Loader", "load"]

Loader: TypeAlias = Callable[[Path, bytes], Document]
"""Makes a document of a file's bytes; the path names it, and is not opened."""

_CODE = (
    ".bash .c .cc .clj .cpp .cs .css .cxx .dart .ex .exs .go .gradle .h .hpp .hs .ini .java .jl "
    ".js .jsx .kt .less .lua .m .mjs .ml .php .pl .proto .ps1 .r .rb .rs .sass .scala .scss .sh "
    ".sql .svelte .swift .tcl .tf .toml .ts .tsx .vb .vue .xml .yaml .yml .zig .zsh .cfg .cmake"
)

LOADERS: Mapping[str, Loader] = {
    **dict.fromkeys((".txt", ".text", ".log", ".rst", ".adoc", ".org", ".tex", ".srt"), load_text),
    **dict.fromkeys((".md", ".markdown", ".mdx", ".mkd"), load_markdown),
    **dict.fromkeys((".html", ".htm", ".xhtml"), load_html),
    **dict.fromkeys((".csv", ".tsv"), load_csv),
    **dict.fromkeys((".json", ".jsonl", ".ndjson", ".geojson", ".ipynb"), load_json),
    **dict.fromkeys((".py", ".pyi"), load_python),
    **dict.fromkeys(_CODE.split(), load_code),
    ".pdf": load_pdf,
    ".docx": load_docx,
}
"""By suffix, in lower case. A file of any other is read as plain text, if it is text."""


def load(path: str | Path, data: bytes | None = None) -> Document:
    """Read a file.

    Args:
        path: Where it is.
        data: What it holds, if that was read already.

    Raises:
        DocumentError: it is not there, not readable, empty, too large, binary, encrypted, damaged,
            or holds no text; the message says what to do.
    """
    path = Path(path)
    loader = LOADERS.get(path.suffix.lower(), load_text)
    document = loader(path, data if data is not None else read(path))
    if not document.blocks:
        raise DocumentError(f"{path} holds no text. Put text in it, or leave it out.")
    return document
