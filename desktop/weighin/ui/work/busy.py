"""Why nothing else may run now, by what does."""

_DISTURB = "Stop it or let it finish first: both would disturb each other."
COMPARING = f"A comparison is running. {_DISTURB}"
EVALUATING = f"An evaluation is running on the MMLU page. {_DISTURB}"
MEASURING = f"A measurement is running on the Fidelity page. {_DISTURB}"
