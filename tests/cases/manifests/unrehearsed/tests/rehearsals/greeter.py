"""Says nothing yet."""

# def rehearse_hello(rehearsal):
