"""Which models there are: files on this computer, servers, the starter pair, the catalogue."""
