"""Who: the organisation, its entities, departments and people, and the trail of their writes."""
