"""A heap in a list: its smallest item stands first."""

from typing import Any


def heapify(heap: list[Any]) -> None:
    for place in range(len(heap) // 2 - 1, -1, -1):
        _sink(heap, place)


def heappush(heap: list[Any], item: Any) -> None:
    heap.append(item)
    place = len(heap) - 1
    while place and heap[place] < heap[(place - 1) // 2]:
        above = (place - 1) // 2
        heap[place], heap[above] = heap[above], heap[place]
        place = above


def heappop(heap: list[Any]) -> Any:
    last = heap.pop()
    return heapreplace(heap, last) if heap else last


def heapreplace(heap: list[Any], item: Any) -> Any:
    first = heap[0]
    heap[0] = item
    _sink(heap, 0)
    return first


def heappushpop(heap: list[Any], item: Any) -> Any:
    return heapreplace(heap, item) if heap and heap[0] < item else item


def nlargest(n: int, iterable: Any, key: Any = None) -> list[Any]:
    return sorted(iterable, key=key, reverse=True)[: max(n, 0)]


def nsmallest(n: int, iterable: Any, key: Any = None) -> list[Any]:
    return sorted(iterable, key=key)[: max(n, 0)]


def merge(*iterables: Any, key: Any = None, reverse: bool = False) -> Any:
    together = []
    for each in iterables:
        together.extend(each)
    return iter(sorted(together, key=key, reverse=reverse))


def _sink(heap: list[Any], place: int) -> None:
    while True:
        least = place
        for below in (2 * place + 1, 2 * place + 2):
            if below < len(heap) and heap[below] < heap[least]:
                least = below
        if least == place:
            return
        heap[place], heap[least] = heap[least], heap[place]
        place = least
