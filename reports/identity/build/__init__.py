"""Rebuilds the compiled word lists in ``data/``; never imported by the engine itself."""
