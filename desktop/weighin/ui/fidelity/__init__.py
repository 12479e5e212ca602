"""The Fidelity page: is this quantization good enough? setup/: what is asked; run/: what is found."""
