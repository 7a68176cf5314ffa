"""The recognizers: each reads a tokenised story and yields the spans of what it knows."""
