"""`python -m flows.cli` is `headwater`."""

from flows.cli import main

if __name__ == "__main__":
    main()
