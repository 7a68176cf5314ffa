"""The tools that the identity engine is measured beside, one module each, and their worker.

An adapter defines ``strip(text)``, which returns spans as ``(start, end, kind)``: offsets count
characters of the text, the end is exclusive, the kind is one of the engine's six. Adapters are
loaded by the worker alone, in the tool's own virtual environment.
"""
