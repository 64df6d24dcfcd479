"""What a rehearsal keeps of the stacks that were made in it."""

import json

from catalog.rehearsing import stacked
from catalog.rehearsing.ground import Ground
from catalog.targets import Target

HUB, MEMBER, REGION = "444455556666", "111111111111", "us-east-1"
TEMPLATE = {
    "Description": "greeter 1.0.0",
    "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
    "Resources": {
        "Letters": {"Type": "AWS::SQS::Queue"},
        "Replies": {"Type": "AWS::SQS::Queue", "Condition": "Never"},
    },
}


def test_what_stacks_made_is_known_after_they_are_gone(aws, organization, clients):
    target = Target(
        name="local",
        account=HUB,
        regions=(REGION,),
        embedded=True,
        organization=organization,
    )
    stacks = clients("cloudformation", MEMBER)
    stacks.create_stack(StackName="greeter", TemplateBody=json.dumps(TEMPLATE))
    stacks.get_waiter("stack_create_complete").wait(StackName="greeter", WaiterConfig={"Delay": 1})
    stacks.delete_stack(StackName="greeter")
    stacks.get_waiter("stack_delete_complete").wait(StackName="greeter", WaiterConfig={"Delay": 1})
    made = list(stacked.created(Ground(target=target, region=REGION, aws=aws)))
    assert made == [
        {
            "account": MEMBER,
            "stack": "greeter",
            "template": "greeter 1.0.0",
            "resource": "Letters",
            "type": "AWS::SQS::Queue",
        }
    ]
