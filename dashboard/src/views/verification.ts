import { ApiError, at, events, isAbort } from "../api";
import { failed } from "../ask";
import { fill, h, type Child } from "../dom";
import { count } from "../format";
import { field, state, table } from "../parts";
import { to } from "../route";
import { said } from "../text";
import type { Finding } from "../types";

const findingsMax = 200;

/** Asks the gateway to prove the rows, and shows what it finds. */
export function verification(leaving: AbortSignal): HTMLElement {
    const result = h("div");
    const from = h("input", { name: "from", type: "text", autocomplete: "off" });
    const to = h("input", { name: "to", type: "text", autocomplete: "off" });
    const form = h(
        "form",
        { class: "filters" },
        h(
            "div",
            { class: "fields" },
            field("From", from, "the beginning"),
            field("To", to, "now"),
            h("div", { class: "field actions" }, h("button", { type: "submit", class: "primary" }, "Verify")),
        ),
    );
    form.addEventListener("submit", event => {
        event.preventDefault();
        const query = new URLSearchParams();
        for (const control of [from, to]) {
            if (control.value.trim()) {
                query.append(control.name, control.value.trim());
            }
        }
        void verify(query, result, leaving);
    });
    return h(
        "section",
        null,
        h("h2", null, "Verification"),
        h(
            "p",
            { class: "minor" },
            "Follows every chain of rows and finds what was removed, changed or put in. ",
            "It reads all rows of the time, which takes a while.",
        ),
        form,
        result,
    );
}

async function verify(query: URLSearchParams, place: HTMLElement, leaving: AbortSignal): Promise<void> {
    const own = new AbortController();
    leaving.addEventListener("abort", () => own.abort(), { once: true });
    const started = performance.now();
    const progress = h("span", { class: "number" });
    const findings: Finding[] = [];
    let rows = 0;
    let done: { intact: boolean; rows: number; findings: number } | null = null;
    const tell = (): void =>
        fill(progress, `${count(rows)} rows · ${((performance.now() - started) / 1000).toFixed(0)} s`);
    const tick = setInterval(tell, 500);
    tell();
    fill(
        place,
        h(
            "div",
            { class: "notice waiting" },
            h("span", { class: "spinner", "aria-hidden": "true" }),
            h("span", { role: "status" }, "Verifying…"),
            progress,
            h("button", { type: "button", click: () => own.abort() }, "Cancel"),
        ),
    );
    try {
        await events(at("verify", query), own.signal, (name, data) => {
            if (name === "progress") {
                rows = (data as { rows: number }).rows;
            } else if (name === "finding" && findings.length < findingsMax) {
                findings.push(data as Finding);
            } else if (name === "error") {
                throw new ApiError(0, "store_unavailable", (data as { message: string }).message);
            } else if (name === "done") {
                done = data as { intact: boolean; rows: number; findings: number };
            }
        });
        fill(place, verdict(done, findings));
    } catch (error) {
        if (!leaving.aborted) {
            fill(
                place,
                isAbort(error)
                    ? h(
                          "p",
                          { class: "notice", role: "status" },
                          `Cancelled after ${count(rows)} rows; nothing is proven.`,
                      )
                    : failed(error),
            );
        }
    } finally {
        clearInterval(tick);
    }
}

function verdict(done: { intact: boolean; rows: number; findings: number } | null, findings: Finding[]): Child {
    if (!done) {
        return h(
            "p",
            { class: "notice bad", role: "alert" },
            "The verification broke off; nothing is proven. Verify again.",
        );
    }
    if (done.rows === 0 && done.findings === 0) {
        return h("p", { class: "notice", role: "status" }, "There is nothing to verify: no rows in this time.");
    }
    return h(
        "div",
        { role: "status" },
        h(
            "p",
            { class: "sentence" },
            done.intact ? state("success", "Intact") : state("error", "Not intact"),
            " ",
            done.intact
                ? `${count(done.rows)} rows: none was removed, changed or put in.`
                : `${count(done.findings)} findings in ${count(done.rows)} rows.`,
        ),
        findings.length > 0
            ? table(
                  "Findings",
                  [
                      { head: "Finding", cell: finding => h("code", null, said(finding.fault)) },
                      { head: "What it means", cell: finding => said(finding.message, 500) },
                      { head: "Month", cell: finding => said(finding.month ?? "–") },
                      {
                          head: "Number",
                          cell: finding => (finding.seq === undefined ? "–" : count(finding.seq)),
                          isNumber: true,
                      },
                      {
                          head: "Call",
                          cell: finding =>
                              finding.requestId
                                  ? h(
                                        "a",
                                        { href: to(`call/${encodeURIComponent(finding.requestId)}`) },
                                        said(finding.requestId),
                                    )
                                  : "–",
                      },
                      { head: "Writer", cell: finding => h("code", null, said(finding.journalId ?? "–")) },
                  ],
                  findings,
              )
            : null,
        done.findings > findings.length ? h("p", { class: "minor" }, "sentinel audit verify lists them all.") : null,
    );
}
