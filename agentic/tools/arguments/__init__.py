"""Arguments of a call: brought to their types, checked, and what is wrong said."""
