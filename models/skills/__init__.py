"""Agents with several skills: agent groups (skills.csv), who takes which contact, and what of it is simulated."""

from models.skills.case import queues_of, skills_case
from models.skills.reading import SKILLS_FILE, read_skills
from models.skills.records import AgentGroup, Skills, everybody_serves_all, one_group_a_pool, one_group_a_queue
from models.skills.written import SKILLS_RECORD, WrittenSkills, read_written_skills

__all__ = [
    "SKILLS_FILE",
    "SKILLS_RECORD",
    "AgentGroup",
    "Skills",
    "WrittenSkills",
    "everybody_serves_all",
    "one_group_a_pool",
    "one_group_a_queue",
    "queues_of",
    "read_skills",
    "read_written_skills",
    "skills_case",
]
