"""Documents: from files to passages that can be cited.

    >>> from memory.documents import chunk, cite, load, walk
    >>> for path in walk(["docs"]):
    ...     for passage in chunk(load(path), len, size=1000, overlap=100):
    ...         print(cite(str(path), passage.headings, passage.lines, passage.pages))

It knows nothing of how passages are kept.
"""

from memory.documents.chunking import chunk
from memory.documents.citing import cite
from memory.documents.document import Block, Chunk, Document
from memory.documents.folders import walk
from memory.documents.formats import LOADERS, load
from memory.errors import DocumentError

__all__ = [
    "LOADERS",
    "Block",
    "Chunk",
    "Document",
    "DocumentError",
    "chunk",
    "cite",
    "load",
    "walk",
]
