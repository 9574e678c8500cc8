"""An agent of one's own: a typed function, an agent, a run watched event by event."""

from agentic import Agent, tool

PEOPLE = {"france": 68_000_000, "spain": 48_000_000, "portugal": 10_000_000}


@tool(effects=["reads"])
def population(country: str) -> int:
    """Population of a country, in people.

    Args:
        country: Name of the country in English.
    """
    return PEOPLE[country.lower()]


agent = Agent("geographer", instructions="You know where people live.", tools=[population])

if __name__ == "__main__":
    for event in agent.stream("How many people live in France, and how many in Spain?"):
        print(event)
