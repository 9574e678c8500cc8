"""SQLAlchemy URLs that the user gives: checked early, their passwords kept to themselves."""

from typing import TYPE_CHECKING

from agentic.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = ["redacted", "server_url"]

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""Dialects that can be held to reading, with the driver that it was tried with."""


def server_url(name: str, address: str, trusted: bool) -> "URL":
    """The parsed URL of a database, with the driver that is known to be safe.

    Raises:
        UsageError: if it is no URL, its driver is missing, or nothing holds it to reading.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        url = make_url(address)
        url = url.set(drivername=_DRIVERS.get(url.get_backend_name(), url.drivername))
        dialect = url.get_dialect()
        dialect.import_dbapi()
    except NoSuchModuleError:
        raise UsageError(f"SQLAlchemy knows no kind of database for {name!r}.") from None
    except (ArgumentError, ValueError):
        raise UsageError(
            f"The address of database {name!r} is no URL such as "
            "'postgresql://user:password@host/name'."
        ) from None  # its text may hold the password
    except ImportError as error:
        raise UsageError(f"Database {name!r} needs a driver: pip install {error.name}.") from error
    if not trusted and url.get_backend_name() not in _DRIVERS:
        there = ", ".join(["sqlite", "duckdb", *_DRIVERS])
        raise UsageError(
            f"Nothing keeps a query from writing to database {name!r} "
            f"({url.get_backend_name()}); that is known for: {there}. If its role may only "
            "SELECT, pass trusted=True."
        )
    return url


def redacted(text: str, url: "URL") -> str:
    """The text without the URL's password, in whatever form it stands there."""
    whole = url.render_as_string(hide_password=False)
    text = text.replace(whole, url.render_as_string(hide_password=True))
    if not url.password:
        return text
    quoted = whole.partition("://")[2].rpartition("@")[0].partition(":")[2]
    for secret in sorted({str(url.password), quoted} - {""}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
