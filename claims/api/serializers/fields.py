"""How figures, words and qualifiers are written: figures as plain strings, blanks as null."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sources.units import plain

Plain = serializers.Serializer[Any]


@extend_schema_field({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "nullable": True, "example": "419000000"})
class FigureField(serializers.Field[Decimal, str, str, Any]):
    """A decimal figure as a string, without exponent and without padding."""

    def __init__(self, **more: Any) -> None:
        super().__init__(read_only=True, **more)

    def to_representation(self, value: Decimal) -> str:
        return plain(value)


class WordField(serializers.ChoiceField):
    """A word of a closed list; null where the row holds none."""

    def __init__(self, choices: Any, **more: Any) -> None:
        super().__init__(choices=[str(word) for word in choices], read_only=True, **more)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) or None


@extend_schema_field({"type": "string", "nullable": True})
class TextField(serializers.Field[str, str, str | None, Any]):
    """Text; null where the row holds none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(read_only=True, **more)

    def to_representation(self, value: str) -> str | None:
        return str(value) or None


class QualifierField(TextField):
    """The claim's qualifier of this name; null where its metric has none."""

    def get_attribute(self, instance: Any) -> Any:
        return instance.qualifiers.get(self.field_name)


def times(*, nullable: bool = True) -> serializers.DateTimeField:
    return serializers.DateTimeField(read_only=True, allow_null=nullable)


def texts(**more: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), read_only=True, **more)
