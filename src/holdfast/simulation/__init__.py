"""A seeded dog on a monitor: for demonstrations, drills, tests and load. Everything it says is marked simulated."""
