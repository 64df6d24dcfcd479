"""What becomes of a published product: projects made, watched, approved, removed.

values     what is seen of a project; frozen
choosing   which product and parameters a new project gets
removal    what there is of a project -> what is removed, in which order
telling    the same as text for people
creating, looking, approving, cleaning    act, through the gateways of `catalog.aws`
"""
