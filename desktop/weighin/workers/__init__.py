"""Code of the child processes; the only place that imports llama_cpp."""
