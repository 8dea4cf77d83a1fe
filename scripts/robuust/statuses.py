"""Statuses of populations, as the chapters put them together."""

#: There is a record at the patch; from the best to the worst.
ON_RECORD = ("viable", "relict", "phantom", "dormant", "unsearched", "lost")
#: The record is recent.
PRESENT = ON_RECORD[:3]
#: It is recent, and the species will not stay.
AT_RISK = ("relict", "phantom")
#: It is not recent.
AWAY = ON_RECORD[3:]
