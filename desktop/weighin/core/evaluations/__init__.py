"""Questions for models: data, prompts, samples, scores, reports.

Question files that are unclear are refused (question_files.py); archives are read in memory, nothing is unpacked.
sample.py gives each subject its share by largest remainder, in one random order, so a larger sample contains the
smaller ones. During a run the live verdict counts; it compares whole subjects, because questions of one subject are
alike. forms.py says which questions are compared by letters, and which by endings (HellaSwag, ARC, WinoGrande);
standard_sets.py where the hub has these. A sample that was completed is judged once, by the exact McNemar test.
"""
