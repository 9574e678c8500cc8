"""A LangGraph graph that keeps what its users like in a memory, from one run to the next."""

from tempfile import TemporaryDirectory
from typing import TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.store.base import BaseStore

from memory import Memory


class State(TypedDict, total=False):
    """What flows through the graph."""

    user: str
    likes: str
    served: str


def learn(state: State, *, store: BaseStore) -> State:
    """Keep what the user says that they like."""
    if "likes" in state:
        store.put(("users", state["user"]), "drink", {"text": state["likes"]})
    return {}


def serve(state: State, *, store: BaseStore) -> State:
    """Serve what the user likes, if it is known."""
    found = store.search(("users", state["user"]), query="something to drink", limit=1)
    return {"served": found[0].value["text"] if found else "water"}


def run(folder: str, state: State) -> str:
    """One run, with a memory of its own that is closed at the end."""
    builder = StateGraph(State)
    builder.add_node("learn", learn)
    builder.add_node("serve", serve)
    builder.add_edge(START, "learn")
    builder.add_edge("learn", "serve")
    builder.add_edge("serve", END)
    with Memory(folder) as memory:
        graph = builder.compile(store=memory.as_store(fields=["text"]))
        return f"{state['user']}: {graph.invoke(state)['served']}"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        print(run(folder, {"user": "Ann"}))
        print(run(folder, {"user": "Ann", "likes": "green tea without sugar"}))
        print(run(folder, {"user": "小美", "likes": "珍珠奶茶半糖"}))
        print(run(folder, {"user": "Ann"}))
