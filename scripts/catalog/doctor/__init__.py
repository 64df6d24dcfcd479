"""What is missing around a target, and the command that mends each.

    facts = looking.look(place, needs)       # reads only; what may not be seen is a fact, too
    verdicts = checks.verdicts(facts)        # pure: one small function for each question

`examining` tells that story; `make bootstrap` asks the part of it that stops every deployment.
"""
