"""What must not happen whatever breaks: real kills, hostile text, hostile code, fuzzed models."""
