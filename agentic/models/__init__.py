"""The language model layer: names to models, the embedded model, typed decisions."""
