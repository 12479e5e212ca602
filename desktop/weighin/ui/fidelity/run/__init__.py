"""A measurement while it runs and when it is over: sentences, ladder, where it fails, the text, the scale."""
