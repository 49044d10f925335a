import { failed } from "../ask";
import { fill, h, type Child } from "../dom";
import { ago, bytes, count, moment, seconds } from "../format";
import { fact, heading, state } from "../parts";
import type { Route } from "../route";
import { onStatus } from "../status";
import { said } from "../text";
import type { AuditState, Status } from "../types";
import { verification } from "./verification";

const guarantees: Record<string, string> = {
    BestEffort: "Rows may be lost when the store is away or the gateway is killed; losses are counted.",
    Durable: "Calls are on the local disk before they are forwarded; a killed gateway loses none.",
    Strict: "Calls that cannot be recorded are refused.",
};

/** How the audit itself does, and whether its rows are what was written. */
export function auditView(main: HTMLElement, _route: Route, leaving: AbortSignal): void {
    const place = h("div", { class: "answer" }, h("p", { class: "minor" }, "Asking…"));
    main.append(heading("Audit"), place, verification(leaving));
    onStatus((status, error) => {
        if (status) {
            fill(place, health(status.audit), configuration(status));
        } else if (error) {
            fill(place, failed(error));
        }
    }, leaving);
}

function health(audit: AuditState): Child {
    if (!audit.enabled) {
        return h(
            "p",
            { class: "notice look" },
            "Nothing is recorded: Sentinel.Audit is switched off in proxy.json, or has no store.",
        );
    }
    const journal = audit.journal;
    return h(
        "section",
        null,
        h(
            "dl",
            { class: "facts tiles" },
            fact(
                "Store",
                audit.healthy
                    ? state("success", `${audit.store}: healthy`)
                    : state("error", `${audit.store}: trouble`),
            ),
            fact(
                "Guarantee",
                h("strong", null, said(audit.guarantee)),
                h("div", { class: "minor" }, guarantees[audit.guarantee ?? ""]),
            ),
            fact(
                "Calls",
                audit.refusesCalls ? state("error", "Refused for want of a record") : state("success", "Not held up"),
            ),
            fact("Oldest call not yet stored", seconds(audit.lagSeconds)),
            fact("Waiting in memory", count(audit.queued)),
            fact("Written since start", count(audit.written)),
            fact("Lost", lost(audit.dropped)),
            fact("Stored without their arguments", lost(audit.quarantined)),
            fact("Not journaled", lost(audit.unjournaled)),
            journal
                ? fact(
                      "Journal",
                      journal.fault ? state("error", "Fault") : state("success", "Sound"),
                      h(
                          "div",
                          { class: "minor" },
                          `${bytes(journal.bytesBehind)} not yet stored, of at most ${bytes(journal.maxBytes)}`,
                      ),
                      h("meter", {
                          min: 0,
                          max: journal.maxBytes,
                          high: journal.maxBytes * 0.8,
                          value: journal.bytesBehind,
                          "aria-label": "Journal in use",
                      }),
                      journal.fault ? h("div", null, said(journal.fault)) : null,
                      h("div", { class: "minor" }, h("code", null, said(journal.path))),
                  )
                : null,
            audit.lastError
                ? fact(
                      "Last error",
                      said(audit.lastError, 300),
                      h("div", { class: "minor" }, moment(audit.lastErrorAt), ` · ${ago(audit.lastErrorAt)}`),
                  )
                : fact("Last error", "none since start"),
        ),
    );
}

function lost(number: number): Child {
    return number === 0 ? "0" : state("error", count(number));
}

function configuration(status: Status): Child {
    const { configuration } = status;
    return h(
        "section",
        null,
        h("h2", null, "Configuration"),
        h(
            "dl",
            { class: "facts" },
            fact("File", h("code", null, said(configuration.path))),
            fact("In force since", moment(configuration.loadedAt)),
            fact(
                "Last fault",
                configuration.lastFault
                    ? [
                          said(configuration.lastFault, 500),
                          h("div", { class: "minor" }, moment(configuration.lastFaultAt)),
                      ]
                    : "none",
            ),
            configuration.warnings.length > 0
                ? fact(
                      "Warnings",
                      h(
                          "ul",
                          null,
                          configuration.warnings.map(warning => h("li", null, said(warning, 500))),
                      ),
                  )
                : null,
        ),
    );
}
