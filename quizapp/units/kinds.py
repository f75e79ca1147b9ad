"""What kinds of bodies a union has. Level names are not among them: the law changes those."""

from enum import StrEnum


class UnitKind(StrEnum):
    NATIONAL = "national"
    PROVINCE = "province"
    SECTOR = "sector"
    CORPORATION = "corporation"
    UPPER = "upper"
    """Directly above grassroots unions: a commune, an industrial park, a sector of a province."""
    GRASSROOTS = "grassroots"


class Confidence(StrEnum):
    """How sure the catalogue is of a row."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
