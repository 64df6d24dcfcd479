"""Knows of creation only."""


def answer(url):
    """Tell CloudFormation."""


def handler(event, context):
    if event["RequestType"] == "Create":
        answer(event["ResponseURL"])
