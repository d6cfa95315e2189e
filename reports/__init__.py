"""What people read: one HTML page that says whether a student may replace its teacher, where, and why."""
