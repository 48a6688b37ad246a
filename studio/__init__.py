"""The studio: what can be asked, who can do it, and the jobs that get it done."""
