"""What a GGUF file is, from its header: read, written, cut, and where its weights end up."""
