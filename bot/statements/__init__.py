"""A customer's statement of a month: its figures, and how they are put on paper."""
