import { at, get } from "../api";
import { ask } from "../ask";
import { callRow, callTable } from "../calls";
import { fill, h } from "../dom";
import { filterForm, filtersOf } from "../filters";
import { icon } from "../icons";
import { choice, field, heading } from "../parts";
import { to, type Route } from "../route";
import type { Page } from "../types";

const kept = ["order", "limit", "after"];

/** Who did what: recorded calls by any of their columns, page by page. */
export function searchView(main: HTMLElement, route: Route, leaving: AbortSignal): void {
    const filters = filtersOf(route.query);
    const asked = new URLSearchParams([...filters, ...[...route.query].filter(([name]) => kept.includes(name))]);
    const order = field(
        "Order",
        choice("order", route.query.get("order") ?? "", [
            ["", "newest first"],
            ["oldest", "oldest first"],
        ]),
    );
    const place = h("div", { class: "answer" });
    main.append(
        heading(
            "Who did what",
            h("span", { class: "beside" }, "Export:", exporting("csv", filters), exporting("jsonl", filters)),
        ),
        filterForm("calls", route.query, undefined, [order]),
        place,
    );
    void ask(
        place,
        leaving,
        signal => get<Page>("calls", asked, signal),
        page => results(page, route),
    );
}

function exporting(format: string, filters: URLSearchParams): HTMLElement {
    const query = new URLSearchParams([...filters, ["format", format]]);
    return h(
        "a",
        { class: "button", href: at("calls/export", query), download: "" },
        format === "csv" ? "CSV" : "JSON lines",
    );
}

function results(page: Page, route: Route): HTMLElement {
    const { table, body } = callTable("Calls that match");
    fill(body, page.rows.map(callRow));
    const first = new URLSearchParams([...route.query].filter(([name]) => name !== "after"));
    const next = new URLSearchParams(first);
    if (page.next) {
        next.append("after", page.next);
    }
    if (page.rows.length === 0) {
        return h(
            "p",
            { class: "empty", role: "status" },
            "No recorded call matches. ",
            route.query.has("after")
                ? h("a", { href: to("calls", first) }, "First page")
                : "Widen the time, or take out a filter.",
        );
    }
    return h(
        "div",
        null,
        h(
            "p",
            { class: "minor", role: "status" },
            `${page.rows.length} calls${page.next ? ", and more follow" : ""}`,
        ),
        table,
        h(
            "nav",
            { class: "pages", "aria-label": "Pages" },
            route.query.has("after") ? h("a", { class: "button", href: to("calls", first) }, "First page") : null,
            page.next
                ? h("a", { class: "button primary", href: to("calls", next) }, "Next page", icon("next"))
                : null,
        ),
    );
}
