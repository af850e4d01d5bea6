"""How hypothesis runs: no deadlines, because a busy machine is no bug."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "gitsplit", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gitsplit")
