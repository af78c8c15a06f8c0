"""`python -m streams`: the command `kawat` where no script is installed."""

from streams.cli import main

main()
