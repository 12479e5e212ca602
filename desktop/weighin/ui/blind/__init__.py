"""Blind rounds: nameless answers side by side, the vote, the reveal."""
