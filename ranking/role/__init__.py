"""A role description, from Markdown or a sentence to a typed query that shows what it did not understand."""

from ranking.role.model import Level, Place, Requirement, Role, RoleRefused, RoleUnclear, Stage, to_json
from ranking.role.reading import parse_role, read_role

__all__ = [
    "Level", "Place", "Requirement", "Role", "RoleRefused", "RoleUnclear", "Stage", "parse_role", "read_role",
    "to_json",
]  # fmt: skip
