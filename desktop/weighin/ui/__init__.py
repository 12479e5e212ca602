"""The window: widgets over the services, one folder a page. Nothing slow happens here."""
