"""The studio for programs: /api/v1/. The same forms, jobs and library as the pages.

One file per subject (operations, jobs, assets); what they share is in base, errors and paging.
"""
