"""Rehearsals: people live a product's life on the embedded AWS, told as a timeline.

A rehearsal is a function `rehearse_<what>(rehearsal)` in `tests/rehearsals/<product>.py`. It says
what people do and what must be true, never how the product does it:

    def rehearse_by_account_list(rehearsal: Rehearsal) -> None:
        scientist = rehearsal.person("scientist", "data-science", "sagemaker-data-scientist-iris")
        project = scientist.creates_project("iris", template="…", StagingAccounts="…")
        pipeline = project.outputs["PipelineName"]
        scientist.expects_run(pipeline, "Succeeded", skipped=("DeployStaging",))

Before it begins, the organization stands, the foundation is laid and the catalog published by the
same code as `make publish`, and IAM denies what no policy allows. People call public AWS APIs
with their own role (`people`, `studio`, `coding`, `registry`, `approving`, `removing`); what they
look at with waiting is in `expecting`. `ground` alone knows the embedded AWS; `explaining` turns
what it recorded into the words that lead to a line; `running` finds and performs rehearsals.
"""
