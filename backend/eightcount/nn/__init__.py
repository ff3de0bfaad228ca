"""Reusable torch layers: scans, Mamba, convolutions, kinematics, conditioning, schedules."""
