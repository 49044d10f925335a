// Calls as a table, which a narrow screen shows as cards.
import { h, type Child } from "./dom";
import { milliseconds, moment } from "./format";
import { outcome } from "./parts";
import { go, to } from "./route";
import { brief } from "./text";
import type { Row } from "./types";

const heads = ["Time (UTC)", "Outcome", "Caller", "Tool", "Took, ms", "What happened"];

/** An empty table of calls, and its body. */
export function callTable(caption: string): { table: HTMLElement; body: HTMLElement } {
    const body = h("tbody", { role: "rowgroup" });
    // Roles are written out because cards are laid out as blocks, which would take a table's meaning from it.
    const table = h(
        "table",
        { class: "calls", role: "table" },
        h("caption", { class: "hidden" }, caption),
        h(
            "thead",
            { role: "rowgroup" },
            h(
                "tr",
                { role: "row" },
                heads.map((head, i) =>
                    h("th", { scope: "col", role: "columnheader", class: i === 4 ? "number" : null }, head),
                ),
            ),
        ),
        body,
    );
    return { table: h("div", { class: "frame" }, table), body };
}

export function callRow(row: Row): HTMLTableRowElement {
    const href = to(`call/${encodeURIComponent(row.request_id)}`);
    const line = h(
        "tr",
        { role: "row", class: `call ${row.response_status}` },
        cell(
            0,
            h(
                "a",
                { href, class: "when" },
                moment(row.timestamp),
                h("span", { class: "hidden" }, " open this record"),
            ),
        ),
        cell(1, outcome(row.response_status)),
        cell(2, who(row)),
        cell(
            3,
            h(
                "span",
                { class: "tool" },
                h("span", { class: "backend" }, brief(row.backend_name, 40), "/"),
                brief(row.tool_name),
            ),
        ),
        cell(
            4,
            milliseconds(
                row.response_status === "denied"
                    ? null
                    : row.latency_us === undefined
                      ? row.latency_ms
                      : row.latency_us / 1000,
            ),
        ),
        cell(5, happened(row)),
    );
    if (!row.reason && !row.error_message) {
        line.lastElementChild!.classList.add("nothing");
    }
    line.addEventListener("click", event => {
        const isOnLink = event.target instanceof Element && event.target.closest("a, button");
        if (!isOnLink && !getSelection()?.toString()) {
            go(href);
        }
    });
    return line;
}

/** A line across the table, of what it may lack. */
export function gapRow(...said: Child[]): HTMLElement {
    return h("tr", { role: "row", class: "gap" }, h("td", { role: "cell", colspan: String(heads.length) }, ...said));
}

function who(row: Row): Child {
    const isSame = [row.client_subject, row.client_subject.replace(/^key:/, "")].includes(row.client_display ?? "");
    return row.client_display && !isSame
        ? [brief(row.client_display, 48), " ", h("span", { class: "minor" }, brief(row.client_subject, 48))]
        : brief(row.client_subject, 60);
}

function happened(row: Row): Child {
    return [
        row.reason ? h("code", { class: "reason" }, brief(row.reason, 40)) : null,
        " ",
        row.error_message ? h("span", { class: "minor" }, brief(row.error_message, 110)) : null,
    ];
}

function cell(column: number, ...children: Child[]): HTMLElement {
    return h(
        "td",
        { role: "cell", "data-label": heads[column], class: column === 4 ? "number" : null },
        h("div", null, ...children),
    );
}
