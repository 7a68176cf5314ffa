"""The roll-call sheet: a story, or lessons that a reader chose, on one page to hand out."""
