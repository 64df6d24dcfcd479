"""What people do in Service Catalog itself: launch a product for themselves, change it, end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.rehearsing.people import Actor, NotYet
from catalog.rehearsing.trouble import Unexpected

_AT_REST = ("AVAILABLE", "TAINTED", "ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A provisioned product.

    Args:
        id: `pp-…`.
        title: Of the product.
        stack: ARN of the CloudFormation stack that it is.
        outputs: Of that stack.
        form: The parameters it was given.
    """

    id: str
    title: str
    stack: str
    outputs: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtCatalog(Actor):
    """Verbs of whoever looks after the products a portfolio offers."""

    def offered(self) -> dict[str, str]:
        """Title -> id of every product this person may launch."""
        pages = self.service("servicecatalog").pages("search_products", "ProductViewSummaries")
        return {str(each["Name"]): str(each["ProductId"]) for each in pages}

    def finds_in_catalog(self, title: str) -> None:
        """See that a product is offered."""
        with self.step(f"finds “{title}” in Service Catalog"):
            self._id_of(title)

    def is_not_offered(self, title: str) -> None:
        """See that a product is not offered."""
        with self.step(f"is not offered “{title}”"):
            if title in (seen := self.offered()):
                raise Unexpected(f"no product titled “{title}”", f"offered: {', '.join(seen)}")

    def launches(self, title: str, name: str, **form: str) -> Launched:
        """Launch the newest version of a product and wait for it.

        Args:
            title: Of the product.
            name: Of what is launched.
            form: The fields that are not left as they are.
        """
        with self.step(f"launches “{title}” as {name}"):
            answer = self.call(
                "servicecatalog",
                "provision_product",
                **self._newest(title),
                ProvisionedProductName=name,
                ProvisioningParameters=_pairs(form),
            )
            return self._launched(answer["RecordDetail"]["ProvisionedProductId"], title, form)

    def changes(self, launched: Launched, what: str, **form: str) -> Launched:
        """Change fields of what was launched; the others keep their values.

        Args:
            launched: As it was launched.
            what: In words, after the verb: `adds ben to the team`.
            form: The fields that change.
        """
        with self.step(what):
            kept = [
                {"Key": key, "UsePreviousValue": True} for key in launched.form if key not in form
            ]
            self.call(
                "servicecatalog",
                "update_provisioned_product",
                **self._newest(launched.title),
                ProvisionedProductId=launched.id,
                ProvisioningParameters=[*_pairs(form), *kept],
            )
            return self._launched(launched.id, launched.title, {**launched.form, **form})

    def ends(self, launched: Launched) -> None:
        """End what was launched and wait until it is gone."""
        with self.step(f"ends “{launched.title}”"):
            self.call(
                "servicecatalog",
                "terminate_provisioned_product",
                ProvisionedProductId=launched.id,
            )

            def look() -> str | NotYet:
                for each in self._mine():
                    if each["Id"] != launched.id:
                        continue
                    if each["Status"] in _AT_REST:
                        return f"it is {each['Status']}: {each.get('StatusMessage', '')}"
                    return NotYet(f"it is {each['Status']}")
                return ""

            if left := self.waits("it to be gone", look):
                raise Unexpected(f"“{launched.title}” to be gone", left)

    def _launched(self, identity: str, title: str, form: Mapping[str, str]) -> Launched:
        def look() -> dict[str, Any] | NotYet:
            answer = self.call("servicecatalog", "describe_provisioned_product", Id=identity)
            found: dict[str, Any] = answer["ProvisionedProductDetail"]
            status = found["Status"]
            return found if status in _AT_REST else NotYet(f"the product is {status}")

        found = self.waits(f"“{title}” to be AVAILABLE", look)
        if found["Status"] != "AVAILABLE":
            why = found.get("StatusMessage", "no reason told")
            raise Unexpected(f"“{title}” to be AVAILABLE", f"{found['Status']}: {why}")
        given = self.call(
            "servicecatalog", "get_provisioned_product_outputs", ProvisionedProductId=identity
        )
        outputs = {each["OutputKey"]: each["OutputValue"] for each in given["Outputs"]}
        stack = outputs.pop("CloudformationStackARN", "")
        return Launched(id=identity, title=title, stack=stack, outputs=outputs, form=form)

    def _newest(self, title: str) -> dict[str, str]:
        product = self._id_of(title)
        found = self.call("servicecatalog", "describe_product", Id=product)
        newest = max(found["ProvisioningArtifacts"], key=lambda each: each["CreatedTime"])
        return {"ProductId": product, "ProvisioningArtifactId": newest["Id"]}

    def _id_of(self, title: str) -> str:
        offered = self.offered()
        if title not in offered:
            seen = ", ".join(offered) or "nothing"
            raise Unexpected(f"a product titled “{title}”", f"{self.name} is offered {seen}")
        return offered[title]

    def _mine(self) -> list[dict[str, Any]]:
        pages = self.service("servicecatalog").pages(
            "search_provisioned_products",
            "ProvisionedProducts",
            AccessLevelFilter={"Key": "Account", "Value": "self"},
        )
        return list(pages)


def _pairs(form: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in form.items()]
