"""The Settings page: how the window looks, where models are, which hub is asked, what runs take, and what is kept."""
