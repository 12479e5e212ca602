"""What strangers can send, made at random: `make fuzz SECONDS=30`. `make test` tries a few of each."""
