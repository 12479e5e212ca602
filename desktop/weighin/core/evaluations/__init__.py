"""Questions put to models: data, prompts, samples, scores, reports.

What cannot be told in a file of questions is refused (question_files.py; archives are read in memory, nothing is
unpacked). sample.py takes the largest remainder of each subject in one drawn order, so that more questions contain
fewer. While a run goes on the live verdict counts, which wants whole subjects to agree: questions of one subject are
alike. A sample that was gone through whole is judged once, by the exact McNemar test.
"""
