"""What the modules here assert for their tests is explained like the tests' own."""

import pytest

pytest.register_assert_rewrite("tests.repositories.splitting")
