import { get } from "../api";
import { argumentTree } from "../arguments";
import { ask } from "../ask";
import { groups, shownAs } from "../columns";
import { h, type Child } from "../dom";
import { moment } from "../format";
import { copying, fact, heading, outcome } from "../parts";
import { to, type Route } from "../route";
import { brief, said } from "../text";
import type { Row } from "../types";

// What a request line holds beside everything else in it.
const argumentCharsMax = 3000;

/** Everything that is recorded of one call. */
export function recordView(main: HTMLElement, route: Route, leaving: AbortSignal): void {
    const place = h("div", { class: "answer" });
    main.append(
        heading(
            "Call",
            h(
                "span",
                { class: "beside" },
                h("code", null, brief(route.detail)),
                copying("Copy request id", route.detail),
            ),
        ),
        place,
    );
    void ask(
        place,
        leaving,
        signal => get<{ rows: Row[] }>(`calls/${encodeURIComponent(route.detail)}`, undefined, signal),
        answer => answer.rows.map(record),
    );
}

function record(row: Row): HTMLElement {
    return h(
        "article",
        { class: "record" },
        h(
            "p",
            { class: "sentence" },
            outcome(row.response_status),
            " ",
            h("strong", null, said(row.client_display || row.client_subject, 120)),
            " called ",
            h("strong", null, said(`${row.backend_name}/${row.tool_name}`, 200)),
            " at ",
            moment(row.timestamp),
            row.reason ? h("code", { class: "reason" }, said(row.reason)) : null,
        ),
        row.error_message
            ? h(
                  "div",
                  { class: "error-text" },
                  h("span", { class: "minor" }, "Error as the client saw it"),
                  h("pre", null, said(row.error_message, 1000, true)),
              )
            : null,
        h("nav", { class: "related", "aria-label": "Related calls" }, related(row)),
        h("section", null, h("h2", null, "Arguments"), argumentTree(row.request_args, around(row, 7))),
        groups.map(group =>
            h(
                "section",
                null,
                h("h2", null, group.title),
                h(
                    "dl",
                    { class: "facts" },
                    group.columns.map(([column, label]) =>
                        row[column] === undefined ? null : fact(label, shownAs(column, row[column])),
                    ),
                ),
            ),
        ),
    );
}

function related(row: Row): Child {
    const links: [string, string][] = [
        ["All of this caller", to("calls", { caller: row.client_subject })],
        ["All of this tool", to("calls", { tool: literal(row.tool_name), backend: literal(row.backend_name) })],
    ];
    if (row.session_hash) {
        links.push(["All of this session", to("calls", { session: row.session_hash, ...around(row, 7) })]);
    }
    if (row.trace_id) {
        links.push(["All of this trace", to("calls", { trace: row.trace_id, ...around(row, 1) })]);
    }
    links.push(["Why may this caller, or not?", why(row)]);
    return links.map(([text, href]) => h("a", { class: "button", href }, text));
}

// Nothing leads to these but time: so many days before and after leave the rest of the record alone.
function around(row: Row, days: number): { from: string; to: string } {
    const time = Date.parse(row.timestamp);
    const day = (offset: number): string => new Date(time + offset * 86_400_000).toISOString().slice(0, 10);
    return { from: day(-days), to: day(days + 1) };
}

// In a pattern, what would stand for anything stands for one character: it still finds this one.
function literal(name: string): string {
    return name.replaceAll("*", "?");
}

function why(row: Row): string {
    const query = new URLSearchParams();
    row.client_role
        .split(",")
        .filter(role => role)
        .forEach(role => query.append("role", role));
    query.append("backend", row.backend_name);
    query.append("name", row.tool_name);
    if (row.method === "prompts/get" || row.method === "resources/read") {
        query.append("kind", row.method === "prompts/get" ? "prompt" : "resource");
    }
    const held = (row.request_args as { arguments?: unknown } | undefined)?.arguments;
    const text = held === undefined ? "" : JSON.stringify(held);
    if (text && encodeURIComponent(text).length <= argumentCharsMax) {
        query.append("arguments", text);
    }
    return to("explain", query);
}
