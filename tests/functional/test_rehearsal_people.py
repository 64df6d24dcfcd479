"""Who can be given a role in a rehearsal."""

import pytest

from catalog.errors import UsageError
from catalog.rehearsing import opening
from catalog.rehearsing.ground import Ground
from catalog.targets import Target

HUB, MEMBER, REGION = "444455556666", "111111111111", "us-east-1"
MAY = ("arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",)


def test_a_role_that_is_there_is_not_given_another_one_s_permissions(aws, organization, clients):
    target = Target(
        name="local",
        account=HUB,
        regions=(REGION,),
        embedded=True,
        organization=organization,
    )
    ground = Ground(target=target, region=REGION, aws=aws)
    opening.hire(ground, MEMBER, "sagemaker-data-scientist-rose", MAY)
    with pytest.raises(
        UsageError, match="There is a role sagemaker-data-scientist-rose in"
    ) as told:
        opening.hire(ground, MEMBER, "sagemaker-data-scientist-rose", MAY)
    assert "MAY = ()" in told.value.remedy
    attached = clients("iam", MEMBER).list_attached_role_policies(
        RoleName="sagemaker-data-scientist-rose"
    )["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == list(MAY)
