// Shows that style sheet and picture have come, and asks for the page's head.
const findings = document.querySelector("#findings");
const picture = document.querySelector("img");

function tell(name, value) {
  findings.append(
    Object.assign(document.createElement("dt"), { textContent: name }),
    Object.assign(document.createElement("dd"), { textContent: value }),
  );
}

await picture.decode();
tell("Picture", `${picture.naturalWidth} × ${picture.naturalHeight}`);
const { display } = getComputedStyle(findings);
tell("Style sheet", display === "grid" ? "applied" : "missing");
const { status, headers } = await fetch("./", {
  method: "HEAD",
  cache: "no-store",
});
tell("HEAD request", `${status}, ${headers.get("content-type")}`);
tell("Last modified", headers.get("last-modified"));
