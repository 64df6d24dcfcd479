"""The stack that runs a model: in a VPC where the stage names subnets, outside of one where not."""

from pathlib import Path

TEMPLATE = (Path(__file__).parents[2] / "seed_code/model-deploy/endpoint.yaml").read_text()
GIVEN = {
    "ProjectName": "iris",
    "ProjectId": "p-1",
    "StageName": "staging",
    "ModelPackageArn": "arn:aws:sagemaker:us-east-1:111111111111:model-package/iris/1",
    "ExecutionRoleName": "sagemaker-role-staging",
    "Revision": "1",
}


def test_a_stage_without_subnets_asks_for_no_vpc(resolved):
    assert "VpcConfig" not in resolved(TEMPLATE, GIVEN)["Model"]


def test_a_stage_with_subnets_is_in_its_vpc(resolved):
    given = {**GIVEN, "SubnetIds": "subnet-1,subnet-2", "SecurityGroupIds": "sg-1"}
    assert resolved(TEMPLATE, given)["Model"]["VpcConfig"] == {
        "Subnets": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": ["sg-1"],
    }
