"""Mutations: change one thing in a product, and see whether anybody notices.

Coverage says what was executed; a mutation says what was looked at. Each mutant is one small edit
of a template, a buildspec or a line of code, tried in a copy of the catalog against check, tests
and rehearsals. What nobody notices is a hole in those.

    mutant         the words: one edit, and what came of it
    in_templates   edits of templates and other YAML
    in_code        edits of Python
    choosing       which files make a product, and which edits to try
    asking         who may notice, and who is asked first
    trying         copies, processes, time limits
    report         score, survivors and why they may survive
"""
