"""taskcat: every scenario launched for real, and the record of it kept by digest."""
