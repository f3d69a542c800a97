from tests.cli.conftest import real_program

__all__ = ["real_program"]
