"""Did the student understand, or does it only sound like the teacher? docs/mimicry.md explains what stands here."""
