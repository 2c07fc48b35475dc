"""The pages of asking: sources and their voices, providers, inquiries, snapshots."""

from sources.admin import inquiries, providers, snapshots, sources

__all__ = ["inquiries", "providers", "snapshots", "sources"]
