"""What a right answer looks like, and whether an answer is one. Pure rules; what may never end runs in a grader."""
