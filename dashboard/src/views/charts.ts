import { get } from "../api";
import { ask } from "../ask";
import { timeChart } from "../chart";
import { h, type Child } from "../dom";
import { filterForm, filtersOf } from "../filters";
import { count, milliseconds, percent } from "../format";
import { choice, field, heading, table } from "../parts";
import { to, type Route } from "../route";
import { brief, said } from "../text";
import { filled, resolutionOf, type Resolution } from "../buckets";
import type { Figures, Statistics } from "../types";

const filters = ["from", "to", "caller", "tool", "outcome", "role", "backend", "reason", "session", "argument"];
const ranges: [from: string, text: string][] = [
    ["1h", "1 hour"],
    ["24h", "24 hours"],
    ["7d", "7 days"],
    ["30d", "30 days"],
];
const groupings: [by: string, text: string][] = [
    ["tool", "Tool"],
    ["caller", "Caller"],
    ["backend", "Backend"],
    ["reason", "Reason"],
];
const bucketsMax = "2000";
const groupsMax = "50";

/** Rate, errors, denials and latency, over time and by what calls have in common. */
export function chartsView(main: HTMLElement, route: Route, leaving: AbortSignal): void {
    const query = new URLSearchParams(route.query);
    if (!query.get("from")) {
        query.set("from", "24h");
    }
    const asked = filtersOf(query, filters);
    const every = resolutionOf(query.get("from")!, query.get("every"));
    const by = groupings.some(([name]) => name === query.get("by")) ? query.get("by")! : "tool";
    const overTime = h("div", { class: "answer" });
    const groups = h("div", { class: "answer" });
    main.append(
        heading(
            "Charts",
            h(
                "nav",
                { class: "beside", "aria-label": "Time range" },
                ranges.map(([from, text]) =>
                    way("charts", query, "from", from, text, query.get("from") === from, ["to", "every"]),
                ),
            ),
        ),
        filterForm("charts", query, filters, [
            field(
                "Every",
                choice("every", query.get("every") ?? "", [
                    ["", "as fits"],
                    ["minute", "minute"],
                    ["hour", "hour"],
                    ["day", "day"],
                ]),
            ),
            h("input", { type: "hidden", name: "by", value: query.get("by") ?? "" }),
        ]),
        overTime,
        h(
            "section",
            null,
            h(
                "div",
                { class: "heading" },
                h("h2", null, "By"),
                h(
                    "nav",
                    { class: "ways", "aria-label": "Group by" },
                    groupings.map(([name, text]) => way("charts", query, "by", name, text, by === name, [])),
                ),
            ),
            groups,
        ),
    );
    void ask(
        overTime,
        leaving,
        signal =>
            get<Statistics>(
                "stats",
                new URLSearchParams([...asked, ["by", "time"], ["every", every], ["limit", bucketsMax]]),
                signal,
            ),
        statistics => charts(statistics, every, leaving),
    );
    void ask(
        groups,
        leaving,
        signal => get<Statistics>("stats", new URLSearchParams([...asked, ["by", by], ["limit", groupsMax]]), signal),
        statistics => byGroup(statistics, by, query),
    );
}

// The same view with one thing different.
function way(
    view: string,
    query: URLSearchParams,
    name: string,
    value: string,
    text: string,
    isHere: boolean,
    without: string[],
): HTMLElement {
    const next = new URLSearchParams([...query].filter(([n]) => n !== name && !without.includes(n)));
    next.set(name, value);
    return h("a", { class: "button", href: to(view, next), "aria-current": isHere ? "true" : null }, text);
}

function charts(statistics: Statistics, every: Resolution, leaving: AbortSignal): Child {
    if (statistics.groups.length === 0) {
        return h("p", { class: "empty", role: "status" }, "No call was recorded in this time, or none that matches.");
    }
    const buckets = filled(statistics, every);
    const times = buckets.map(bucket => bucket.time);
    const { calls, errors, denials, error_rate: errorRate, denial_rate: denialRate } = statistics.total;
    const summary = `${count(calls)} calls, ${count(errors)} errors, ${count(denials)} denials`;
    const figure = (read: (figures: Figures) => number | null) =>
        buckets.map(bucket => (bucket.figures ? read(bucket.figures) : null));
    const number = (read: (figures: Figures) => number) =>
        buckets.map(bucket => (bucket.figures ? read(bucket.figures) : 0));
    return [
        h(
            "p",
            { class: "sentence totals" },
            h("strong", null, count(calls)),
            " calls · ",
            h("strong", null, percent(errorRate)),
            " errors · ",
            h("strong", null, percent(denialRate)),
            " denied",
        ),
        h(
            "div",
            { class: "charts" },
            h(
                "section",
                null,
                h("h2", null, `Calls per ${every}`),
                timeChart(
                    `Calls per ${every}: ${summary}.`,
                    times,
                    [
                        {
                            label: "Calls",
                            colour: "accent",
                            values: number(f => f.calls),
                            format: count,
                            isArea: true,
                        },
                        {
                            label: "Errors",
                            colour: "error",
                            values: number(f => f.errors),
                            format: count,
                            pattern: "dotted",
                        },
                        {
                            label: "Denied",
                            colour: "denied",
                            values: number(f => f.denials),
                            format: count,
                            pattern: "dashed",
                        },
                    ],
                    leaving,
                ),
            ),
            h(
                "section",
                null,
                h("h2", null, "Latency, ms"),
                timeChart(
                    `Latency over time, in milliseconds; the table has the figures.`,
                    times,
                    [
                        { label: "p50", colour: "accent", values: figure(f => f.p50_ms), format: milliseconds },
                        {
                            label: "p95",
                            colour: "conditional",
                            values: figure(f => f.p95_ms),
                            format: milliseconds,
                            pattern: "dashed",
                        },
                        {
                            label: "p99",
                            colour: "error",
                            values: figure(f => f.p99_ms),
                            format: milliseconds,
                            pattern: "dotted",
                        },
                    ],
                    leaving,
                ),
            ),
        ),
        statistics.truncated
            ? h("p", { class: "notice look" }, "There is more time than fits: shorten it, or take longer steps.")
            : null,
        h(
            "details",
            null,
            h("summary", null, "The same figures as a table"),
            table(
                `Figures per ${every}`,
                [
                    {
                        head: "Begins (UTC)",
                        cell: (figures: Figures) =>
                            new Date(figures.start ?? "").toISOString().slice(0, 16).replace("T", " "),
                    },
                    ...columns,
                ],
                statistics.groups,
            ),
        ),
    ];
}

const columns: { head: string; cell: (figures: Figures) => Child; isNumber: true }[] = [
    { head: "Calls", cell: figures => count(figures.calls), isNumber: true },
    { head: "Errors", cell: figures => count(figures.errors), isNumber: true },
    { head: "Error rate", cell: figures => share(figures.error_rate, "error"), isNumber: true },
    { head: "Denied", cell: figures => count(figures.denials), isNumber: true },
    { head: "Denial rate", cell: figures => share(figures.denial_rate, "denied"), isNumber: true },
    { head: "p50 ms", cell: figures => milliseconds(figures.p50_ms), isNumber: true },
    { head: "p95 ms", cell: figures => milliseconds(figures.p95_ms), isNumber: true },
    { head: "p99 ms", cell: figures => milliseconds(figures.p99_ms), isNumber: true },
];

// A figure over a bar as long as its share.
function share(value: number, kind: string): Child {
    const bar = h("span", { class: `bar ${kind}` });
    bar.style.width = `${Math.round(100 * value)}%`;
    return h("span", { class: "share" }, percent(value), h("span", { class: "track" }, bar));
}

function byGroup(statistics: Statistics, by: string, query: URLSearchParams): Child {
    if (statistics.groups.length === 0) {
        return h("p", { class: "empty" }, "None.");
    }
    return [
        table(
            `Figures by ${by}`,
            [
                {
                    head: by[0]!.toUpperCase() + by.slice(1),
                    cell: (figures: Figures) =>
                        figures.key
                            ? h("a", { href: to("calls", narrowed(query, by, figures.key)) }, brief(figures.key, 70))
                            : h("span", { class: "minor" }, "none"),
                },
                ...columns,
            ],
            statistics.groups,
        ),
        statistics.truncated
            ? h("p", { class: "minor" }, said(`The ${statistics.groups.length} with the most calls.`))
            : null,
    ];
}

// The calls behind a line.
function narrowed(query: URLSearchParams, by: string, key: string): URLSearchParams {
    const next = new URLSearchParams([...query].filter(([name]) => filters.includes(name)));
    const slash = key.indexOf("/");
    if (by === "tool" && slash > 0) {
        next.set("backend", key.slice(0, slash));
        next.set("tool", key.slice(slash + 1).replaceAll("*", "?"));
    } else {
        next.set(by, key);
    }
    return next;
}
