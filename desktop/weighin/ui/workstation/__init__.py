"""The Workstation page: this computer, what runs on it and how fast, and how right that was."""
