"""Log-probabilities of answers: letters for MMLU, over shared prefixes; endings for HellaSwag, ARC and WinoGrande.

block_tokens.py finds what the prompts of a block share and how the letters are spelled after each prompt.
scoring_context.py reads the header once in sequence 0 and lets other sequences continue it (whole states for
recurrent models). letter_scoring.py takes four log-probabilities from each row of logits in place. Once per context,
the first question is also read alone: if the two readings differ by more than rounding, every prompt is read whole.
ending_tokens.py and ending_scoring.py read each ending with its whole prompt and share nothing. scoring.py takes a
block through either of them.
"""
