"""What a change does, for whoever reviews it: one comment, dangers first.

comparing    the checkout and the commit it left, read and built as far as the change reaches
products, grants, reach, settings   what differs, as remarks
permissions  what policies allow, one action on one resource at a time
planned      what publishing it would do, against the saved state
review       the words: topics, remarks, steps, plans
comment      a review as Markdown; `markdown` keeps others' text from being more than text
"""
