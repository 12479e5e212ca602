"""The window: widgets over the services, a folder for each page and each part of pages. Nothing slow happens here."""
