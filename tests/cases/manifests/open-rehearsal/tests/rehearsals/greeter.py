"""Says hello."""

ROLE = ""  # TODO: name a role that its portfolio lets in


def rehearse_hello(rehearsal):
    """People are greeted."""
    # TODO: say what people do then
