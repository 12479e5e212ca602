"""Whether a window can open here, and what is missing where it cannot. Standard library only: asked before Qt is."""
