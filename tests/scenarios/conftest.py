"""Names a failing assertion of the helpers in full."""

import pytest

pytest.register_assert_rewrite("demo_under_test", "page_reading", "walking", "ending")
