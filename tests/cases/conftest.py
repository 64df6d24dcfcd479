"""The cases are data: nothing in their folders is a test of ours."""

collect_ignore_glob = ["*/*/*", "reviews/*"]
