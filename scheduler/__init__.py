"""The clock: what runs when, in one process of many, each fire time once whatever clocks do."""

from scheduler.fire_times import Daily, Every
from scheduler.running import Scheduler
from scheduler.timetable import Job, timetable

__all__ = ["Daily", "Every", "Job", "Scheduler", "timetable"]
