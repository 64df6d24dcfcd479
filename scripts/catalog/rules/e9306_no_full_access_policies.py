"""E9306: a wildcard does not come in through a managed policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import ARN_PART, Reading, items, text

ATTACHED = {
    "AWS::IAM::Role": "ManagedPolicyArns",
    "AWS::IAM::User": "ManagedPolicyArns",
    "AWS::IAM::Group": "ManagedPolicyArns",
    "AWS::SSO::PermissionSet": "ManagedPolicies",
}
"""Type -> the property that lists managed policies."""

OF_AWS = re.compile(rf"arn:{ARN_PART}:iam::aws:policy/(.*)")

NAMED_SO = re.compile(r".*(FullAccess|Admin|PowerUser)|job-function/(?!ViewOnlyAccess$)")
"""Names that promise a whole service or account; those for jobs are for people, and as wide."""

WHOLE_SERVICES = frozenset(
    {
        "AIDevOpsAgentActionsPolicy",
        "AWSAgentlessDiscoveryService",
        "AWSBudgetsActionsWithAWSResourceControlAccess",
        "AWSCodeStarServiceRole",
        "AWSDeepLensLambdaFunctionAccessPolicy",
        "AWSDeepLensServiceRolePolicy",
        "AWSDeepRacerCloudFormationAccessPolicy",
        "AWSDeepRacerRoboMakerAccessPolicy",
        "AWSDeepRacerServiceRolePolicy",
        "AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
        "AWSElasticBeanstalkService",
        "AWSGlueServiceRole",
        "AWSGreengrassResourceAccessRolePolicy",
        "AWSLambdaExecute",
        "AWSPanoramaGreengrassGroupRolePolicy",
        "AWSResourceExplorerOrganizationsAccess",
        "AWSShieldDRTAccessPolicy",
        "AWSSupportAccess",
        "AmazonCognitoUnAuthedIdentitiesSessionPolicy",
        "AmazonDataZoneEnvironmentRolePermissionsBoundary",
        "AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary",
        "AmazonEC2RoleforDataPipelineRole",
        "AmazonElasticMapReduceforEC2Role",
        "AmazonSSMAutomationRole",
        "AwsGlueSessionUserRestrictedNotebookServiceRole",
        "AwsGlueSessionUserRestrictedServiceRole",
        "SageMakerStudioProjectRoleMachineLearningPolicy",
        "SageMakerStudioUserIAMDefaultExecutionPolicy",
        "SageMakerStudioUserIAMPermissiveExecutionPolicy",
        "SecretsManagerReadWrite",
        "ServerMigrationConnector",
    }
)
"""Others that allow an `Action` of `*` or `service:*`, which E9302 refuses in a policy of ours.

They are told by their documents as of moto's copy; a test compares.
"""


class NoFullAccessPolicies(HouseRule):
    """No AWS managed policy that grants a whole service or account."""

    id = "E9306"
    shortdesc = "No AWS managed policy grants all of a service, or a person's whole job"
    description = "Such a policy is Action '*' under another name, and AWS widens it at will."
    source_url = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
        "access_policies_managed-vs-inline.html#aws-managed-policies"
    )
    remedy = "List the actions in a policy of your own."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each such policy."""
        for resource in template.of_type(*ATTACHED):
            key = ATTACHED[resource.type]
            for policy, path in items(resource.properties.get(key), resource.at(key)):
                arn = OF_AWS.match(text(policy) or "")
                if arn and grants_a_service(arn[1]):
                    name = arn[1].rpartition("/")[2]
                    yield Violation(path, f"{name} grants all of a service, or more.")


def grants_a_service(policy: str) -> bool:
    """Whether a policy of AWS grants all of a service.

    Args:
        policy: Its path and name, e.g. `job-function/Billing`.
    """
    return bool(NAMED_SO.match(policy)) or policy.rpartition("/")[2] in WHOLE_SERVICES
