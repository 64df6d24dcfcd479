"""Keys and image repositories made by stacks: policies as their services show them."""

import json

TEMPLATE = """
Parameters:
  Reader: {Type: String}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: !Sub Read by ${Reader}.
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {AWS: !Ref Reader}, Action: "kms:Decrypt", Resource: "*"}
  Images:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: models/iris
      ImageTagMutability: IMMUTABLE
      RepositoryPolicyText:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {AWS: !Ref Reader}, Action: "ecr:BatchGetImage"}
Outputs:
  Key: {Value: !GetAtt Key.Arn}
  Images: {Value: !GetAtt Images.RepositoryUri}
"""


def test_policies_come_and_change_with_their_stack(clients):
    stacks, kms, ecr = (clients(name) for name in ("cloudformation", "kms", "ecr"))

    def given(reader):
        return {
            "StackName": "registry",
            "TemplateBody": TEMPLATE,
            "Parameters": [{"ParameterKey": "Reader", "ParameterValue": reader}],
        }

    def readers():
        key = kms.get_key_policy(KeyId=outputs["Key"], PolicyName="default")["Policy"]
        images = ecr.get_repository_policy(repositoryName="models/iris")["policyText"]
        return [json.loads(text)["Statement"][0]["Principal"]["AWS"] for text in (key, images)]

    stacks.create_stack(**given("333333333333"))
    (found,) = stacks.describe_stacks(StackName="registry")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}
    assert outputs["Images"].endswith("/models/iris")
    assert readers() == ["333333333333", "333333333333"]
    assert kms.get_key_rotation_status(KeyId=outputs["Key"])["KeyRotationEnabled"]

    stacks.update_stack(**given("222222222222"))
    assert readers() == ["222222222222", "222222222222"]
    key = kms.describe_key(KeyId=outputs["Key"])["KeyMetadata"]
    assert key["Description"] == "Read by 222222222222."

    stacks.delete_stack(StackName="registry")
    key = kms.describe_key(KeyId=outputs["Key"])["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    assert ecr.describe_repositories()["repositories"] == []
