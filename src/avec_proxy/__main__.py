"""`python -m avec_proxy` is the same as `avec-proxy`."""

from avec_proxy.cli import main

if __name__ == "__main__":
    main()
