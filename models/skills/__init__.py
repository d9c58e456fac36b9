"""Agents with several skills: agent groups (skills.csv), who takes which contact, and what of it is simulated."""

from models.skills.case import queues_of, skills_case
from models.skills.reading import SKILLS_FILE, read_skills
from models.skills.records import AgentGroup, Skills, everybody_serves_all, one_group_a_pool, one_group_a_queue

__all__ = [
    "SKILLS_FILE",
    "AgentGroup",
    "Skills",
    "everybody_serves_all",
    "one_group_a_pool",
    "one_group_a_queue",
    "queues_of",
    "read_skills",
    "skills_case",
]
