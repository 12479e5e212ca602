"""Log-probabilities of answers over shared prefixes, for MMLU.

block_tokens.py finds what the prompts of a block share and how the letters are spelled behind each prompt;
scoring_context.py reads the header once in sequence 0 and lets other sequences continue it (whole states for
recurrent models); scoring.py takes four logarithms from each row of logits where it lies. Once a context, the first
question is also read alone: where the two readings differ by more than rounding, every prompt is read whole.
"""
