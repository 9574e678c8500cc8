"""Numbers of bytes as people read them."""

__all__ = ["human"]


def human(count: int) -> str:
    """A number of bytes with its unit: `1 byte`, `3.2 kB`, `1.12 GB`."""
    if count == 1:
        return "1 byte"
    amount, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.3g} {unit}"
