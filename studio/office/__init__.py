"""The operator's pages in the admin: how the studio is, what it earns and costs, what to decide."""
