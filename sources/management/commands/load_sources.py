"""Write the reviewed facts about sources and providers into the database."""

from typing import Any

from django.core.management.base import BaseCommand

from sources import registry
from sources.contradictions import contradictions
from sources.models import Source


class Command(BaseCommand):
    help = "Writes the reviewed facts about sources into the database; rows corrected by an editor stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{registry.load()} sources known")
        for found in contradictions(row.facts for row in Source.objects.all()):
            self.stderr.write(f"contradictory facts: {found.sentence}")
