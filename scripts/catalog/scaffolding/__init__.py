"""`catalog new`: a product that does not exist yet, with its open questions marked.

seedling   what must be known of a product before it has a folder
casting    who launches it in its rehearsal, and where
enrolment  its line in a portfolio
planting   the files, written

The skeleton is a whole product: it renders, lints, launches and is rehearsed. What only its author
can say stands there as TODO, and each of them is a finding (C018) until it is answered.
"""
